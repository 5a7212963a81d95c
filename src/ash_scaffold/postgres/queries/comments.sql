-- Which relations, columns, keys and types have a comment?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
-- `attnum` is 0 for a relation, -1 for a key, -2 for a type.
-- Objects below 16384 are PostgreSQL's own: their comments differ between versions.
SELECT d.objoid AS oid, CAST(d.objsubid AS smallint) AS attnum, d.description AS comment
FROM pg_catalog.pg_description AS d
JOIN pg_catalog.pg_class AS c ON c.oid = d.objoid
WHERE d.classoid = 'pg_catalog.pg_class'::regclass
  AND c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
UNION ALL
SELECT
  d.objoid,
  CASE d.classoid WHEN 'pg_catalog.pg_constraint'::regclass THEN -1 ELSE -2 END,
  d.description
FROM pg_catalog.pg_description AS d
WHERE d.classoid IN ('pg_catalog.pg_constraint'::regclass, 'pg_catalog.pg_type'::regclass)
  AND d.objoid >= 16384
