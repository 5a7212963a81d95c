-- Which enabled row triggers fire before or instead of INSERT or UPDATE?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
-- `source` is the function's text, or the arguments of a built-in one that fills a tsvector.
-- The bits of `tgtype`: 1 row, 2 before, 4 insert, 16 update, 64 instead of.
SELECT
  g.tgrelid AS relation,
  g.tgname AS name,
  (g.tgtype & 4) <> 0 AS on_insert,
  (g.tgtype & 16) <> 0 AS on_update,
  pn.nspname AS function_schema,
  p.proname AS function_name,
  CAST(g.tgattr AS smallint[]) AS columns,
  CASE
    WHEN p.proname IN ('tsvector_update_trigger', 'tsvector_update_trigger_column')
      THEN pg_catalog.encode(g.tgargs, 'escape')
    WHEN p.prolang = (SELECT l.oid FROM pg_catalog.pg_language AS l WHERE l.lanname = 'plpgsql')
      THEN p.prosrc
  END AS source
FROM pg_catalog.pg_trigger AS g
JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.pronamespace
WHERE NOT g.tgisinternal
  AND g.tgenabled IN ('O', 'A')
  AND (g.tgtype & 1) <> 0
  AND (g.tgtype & 66) <> 0
  AND (g.tgtype & 20) <> 0
  AND c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
