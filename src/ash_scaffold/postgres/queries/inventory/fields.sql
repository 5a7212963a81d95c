-- What are the fields of composite types?
-- In psql: \set objects '\'{16384}\''
SELECT
  t.oid AS type,
  c.oid AS relation,
  a.attnum,
  a.attname AS name,
  format_type(a.atttypid, a.atttypmod) AS field_type,
  CASE WHEN a.attcollation <> ft.typcollation
    THEN concat(quote_ident(cn.nspname), '.', quote_ident(co.collname)) END AS collation
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid AND c.relkind = 'c'
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS ft ON ft.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation AS co ON co.oid = a.attcollation
LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = co.collnamespace
WHERE t.oid = ANY (CAST(:objects AS oid[]))
ORDER BY t.oid, a.attnum
