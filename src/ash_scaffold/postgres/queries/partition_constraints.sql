-- Which constraints do partitions have of their own, that the partitioned table does not?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
-- `type` is as pg_constraint.contype, a unique index without a constraint counts as 'u'.
-- A partition's columns may be numbered otherwise than the table's, so they go by name.
SELECT
  CAST(pg_partition_root(p.oid) AS oid) AS relation,
  o.type,
  o.name,
  ARRAY(
    SELECT a.attname
    FROM unnest(o.columns) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = p.oid AND a.attnum = k.attnum
    ORDER BY k.place
  ) AS columns
FROM pg_catalog.pg_class AS p
CROSS JOIN LATERAL (
  SELECT k.contype AS type, k.conname AS name, k.conkey AS columns
  FROM pg_catalog.pg_constraint AS k
  WHERE k.conrelid = p.oid AND k.contype IN ('c', 'f', 'x')
    AND k.conparentid = 0 AND k.coninhcount = 0
  UNION ALL
  SELECT 'u', ic.relname, (CAST(i.indkey AS smallint[]))[0:i.indnkeyatts - 1]
  FROM pg_catalog.pg_index AS i
  JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
  WHERE i.indrelid = p.oid AND i.indisunique AND NOT ic.relispartition AND NOT i.indisexclusion
) AS o
WHERE p.relispartition
  AND p.relkind IN ('r', 'p', 'f')
  AND pg_partition_root(p.oid) IN (
    SELECT c.oid FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND NOT CAST(:partitions AS boolean)
