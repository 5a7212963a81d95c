-- What are the indexes of each relation, with all that decides what they serve?
-- In psql: \set schemas '\'{public}\''
SELECT
  n.nspname AS schema,
  c.relname AS relation,
  ic.relname AS name,
  am.amname AS method,
  ARRAY(
    SELECT pg_get_indexdef(i.indexrelid, k, false)
    FROM generate_series(1, CAST(i.indnatts AS integer)) AS k
  ) AS texts,
  ARRAY(
    SELECT CASE WHEN i.indkey[k - 1] <> 0 THEN (
      SELECT CAST(a.attname AS text) FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1]
    ) END
    FROM generate_series(1, CAST(i.indnatts AS integer)) AS k
  ) AS columns,
  CAST(CAST(i.indclass AS oid[]) AS text[]) AS classes,
  CAST(CAST(i.indcollation AS oid[]) AS text[]) AS collations,
  CAST(CAST(i.indoption AS smallint[]) AS text[]) AS options,
  i.indnkeyatts AS key_count,
  pg_get_expr(i.indpred, i.indrelid) AS predicate,
  i.indisunique AS is_unique,
  EXISTS (
    SELECT FROM pg_catalog.pg_constraint AS con
    WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')
  ) AS of_constraint,
  i.indisreplident OR i.indisclustered AS is_kept,
  i.indisvalid AND i.indisready AS is_valid,
  pg_get_indexdef(i.indexrelid) AS definition
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am AS am ON am.oid = ic.relam
WHERE n.nspname = ANY (CAST(:schemas AS name[])) AND c.relkind IN ('r', 'p', 'm')
ORDER BY n.nspname, c.relname, ic.relname
