-- Which relations outside the scope take part in foreign keys, and what are their columns?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
WITH linked AS MATERIALIZED (
  SELECT k.conrelid AS oid FROM pg_catalog.pg_constraint AS k
  WHERE k.contype = 'f' AND k.conparentid = 0
  UNION
  SELECT k.confrelid FROM pg_catalog.pg_constraint AS k
  WHERE k.contype = 'f' AND k.conparentid = 0
), outside AS MATERIALIZED (
  SELECT c.oid, n.nspname AS schema, c.relname AS name
  FROM linked
  JOIN pg_catalog.pg_class AS c ON c.oid = linked.oid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE NOT n.nspname = ANY (CAST(:schemas AS name[]))
    OR (c.relispartition AND NOT CAST(:partitions AS boolean))
)
SELECT outside.oid AS relation, outside.schema, outside.name, a.attnum, a.attname AS column
FROM outside
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = outside.oid
WHERE a.attnum > 0 AND NOT a.attisdropped
