-- Which primary keys and unique constraints does each relation have?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
-- `conperiod` exists since 18: the name then means the catalog's, else the constant's.
SELECT
  k.conrelid AS relation,
  k.oid,
  k.conname AS name,
  k.contype = 'p' AS is_primary,
  k.conindid AS index_oid,
  k.conkey AS columns,
  k.condeferrable AS deferrable,
  k.condeferred AS deferred,
  k.conperiod AS without_overlaps
FROM (SELECT false AS conperiod) AS absent
CROSS JOIN LATERAL (
  SELECT oid, conrelid, conname, contype, conindid, conkey, condeferrable, condeferred, conperiod
  FROM pg_catalog.pg_constraint
) AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
WHERE k.contype IN ('p', 'u')
  AND c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
