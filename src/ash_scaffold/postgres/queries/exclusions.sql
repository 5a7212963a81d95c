-- Which exclusion constraints does each relation have?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
SELECT
  k.conrelid AS relation,
  k.conname AS name,
  k.conindid AS index_oid,
  k.conkey AS columns,
  pg_get_constraintdef(k.oid) AS definition,
  k.condeferrable AS deferrable,
  k.condeferred AS deferred
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
WHERE k.contype = 'x'
  AND c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
