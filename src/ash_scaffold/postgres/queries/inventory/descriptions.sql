-- Which comments are there on the objects and their parts?
-- In psql: \set objects '\'{16384}\''
SELECT
  c.relname AS catalog,
  d.objoid AS oid,
  d.objsubid AS part,
  a.attname AS column,
  d.description AS comment
FROM pg_catalog.pg_description AS d
JOIN pg_catalog.pg_class AS c
  ON c.oid = d.classoid AND c.relnamespace = 'pg_catalog'::regnamespace
LEFT JOIN pg_catalog.pg_attribute AS a
  ON c.relname = 'pg_class' AND d.objsubid > 0 AND a.attrelid = d.objoid AND a.attnum = d.objsubid
WHERE d.objoid = ANY (CAST(:objects AS oid[]))
