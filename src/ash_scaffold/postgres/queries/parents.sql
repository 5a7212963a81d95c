-- Which relations does each one inherit from, or belong to as a partition?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
SELECT h.inhrelid AS relation, pn.nspname AS schema, p.relname AS name
FROM pg_catalog.pg_inherits AS h
JOIN pg_catalog.pg_class AS c ON c.oid = h.inhrelid
JOIN pg_catalog.pg_class AS p ON p.oid = h.inhparent
JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
WHERE c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
