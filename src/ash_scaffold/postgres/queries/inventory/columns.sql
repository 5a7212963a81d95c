-- What is each column of the tables, in order?
-- In psql: \set relations '\'{16384}\''
-- `attcompression` exists since 14: the name then means the catalog's, else the constant's.
-- `pg_attver` is nobody's option: PostgreSQL 15.20 (November 2026) sets it on every column, to
-- another number in each database, and its pg_dump leaves it out.
SELECT
  a.attrelid AS relation,
  a.attname AS name,
  format_type(a.atttypid, a.atttypmod) AS type,
  CASE WHEN co.oid IS NOT NULL
    THEN concat(quote_ident(cn.nspname), '.', quote_ident(co.collname)) END AS collation,
  a.attnotnull AS not_null,
  pg_get_expr(d.adbin, d.adrelid) AS "default",
  a.attgenerated AS generated,
  a.attidentity AS identity,
  NULLIF(a.attstattarget, -1) AS statistics,
  a.attcompression AS compression,
  CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
  ARRAY(
    SELECT o FROM unnest(a.attoptions) WITH ORDINALITY AS given (o, place)
    WHERE o NOT LIKE 'pg\_attver=%' ORDER BY place
  ) AS options,
  a.attislocal AS local
FROM (SELECT CAST('' AS text) AS attcompression) AS absent
CROSS JOIN LATERAL (
  SELECT
    attrelid, attname, attnum, atttypid, atttypmod, attcollation, attnotnull, attgenerated,
    attidentity, attstattarget, attcompression, attstorage, attoptions, attislocal, attisdropped
  FROM pg_catalog.pg_attribute
) AS a
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation AS co
  ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = co.collnamespace
WHERE a.attrelid = ANY (CAST(:relations AS oid[]))
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
