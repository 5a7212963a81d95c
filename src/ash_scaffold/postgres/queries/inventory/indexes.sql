-- What is each index of the tables, those of constraints included?
-- In psql: \set relations '\'{16384}\''
SELECT
  i.indexrelid AS oid,
  i.indrelid AS relation,
  c.relname AS name,
  pg_get_indexdef(i.indexrelid) AS definition,
  am.amname AS method,
  i.indisunique AS is_unique,
  i.indisvalid AS is_valid,
  i.indisclustered AS clustered,
  i.indisreplident AS replica_identity,
  c.reloptions AS options,
  s.spcname AS tablespace,
  k.conname AS constraint,
  p.relname AS parent,
  ARRAY(
    SELECT a.attnum FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = i.indexrelid AND a.attstattarget <> -1 ORDER BY a.attnum
  ) AS statistics_columns,
  ARRAY(
    SELECT a.attstattarget FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = i.indexrelid AND a.attstattarget <> -1 ORDER BY a.attnum
  ) AS statistics_targets
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am AS am ON am.oid = c.relam
LEFT JOIN pg_catalog.pg_tablespace AS s ON s.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_constraint AS k
  ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_inherits AS h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_catalog.pg_class AS p ON p.oid = h.inhparent
WHERE i.indrelid = ANY (CAST(:relations AS oid[]))
ORDER BY i.indrelid, c.relname
