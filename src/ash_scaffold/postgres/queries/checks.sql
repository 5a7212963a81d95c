-- Which check constraints does each relation have?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
-- `conenforced` exists since 18: the name then means the catalog's, else the constant's.
SELECT
  k.conrelid AS relation,
  k.conname AS name,
  k.conkey AS columns,
  pg_get_expr(k.conbin, k.conrelid) AS expression,
  k.convalidated AS validated,
  k.conenforced AS enforced
FROM (SELECT true AS conenforced) AS absent
CROSS JOIN LATERAL (
  SELECT conrelid, conname, contype, conkey, conbin, convalidated, conenforced
  FROM pg_catalog.pg_constraint
) AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
WHERE k.contype = 'c'
  AND c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
