-- What is each sequence that a column owns, or that is wanted by itself?
-- In psql: \set relations '\'{16384}\'' and \set objects '\'{16385}\''
SELECT
  c.oid,
  n.nspname AS schema,
  c.relname AS name,
  format_type(s.seqtypid, NULL) AS type,
  s.seqstart AS start,
  s.seqincrement AS increment,
  s.seqmin AS minimum,
  s.seqmax AS maximum,
  s.seqcache AS cache,
  s.seqcycle AS cycle,
  c.relpersistence AS persistence,
  COALESCE(d.deptype = 'i', false) AS is_identity,
  d.refobjid AS relation,
  a.attname AS column
FROM pg_catalog.pg_sequence AS s
JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend AS d
  ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
  AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
  AND d.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.oid = ANY (CAST(:objects AS oid[]))
  OR d.refobjid = ANY (CAST(:relations AS oid[]))
ORDER BY n.nspname, c.relname
