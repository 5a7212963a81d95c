-- Which types do the columns of users' relations have, directly or through other types?
-- Those of all relations are found faster than those of some. Users' objects are from 16384 on.
-- `rngmultitypid` exists since 14: the name then means the catalog's, else the constant's.
WITH RECURSIVE ranges AS (
  SELECT r.rngtypid, r.rngsubtype, r.rngmultitypid
  FROM (SELECT CAST(0 AS oid) AS rngmultitypid) AS absent
  CROSS JOIN LATERAL (SELECT rngtypid, rngsubtype, rngmultitypid FROM pg_catalog.pg_range) AS r
), used (oid) AS (
  SELECT DISTINCT a.atttypid
  FROM pg_catalog.pg_attribute AS a
  WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT part.oid
  FROM used
  JOIN pg_catalog.pg_type AS t ON t.oid = used.oid
  CROSS JOIN LATERAL (
    SELECT t.typelem WHERE t.typelem <> 0
    UNION ALL
    SELECT t.typbasetype WHERE t.typbasetype <> 0
    UNION ALL
    SELECT r.rngsubtype FROM ranges AS r WHERE r.rngtypid = t.oid
    UNION ALL
    SELECT r.rngtypid FROM ranges AS r WHERE r.rngmultitypid = t.oid
    UNION ALL
    SELECT f.atttypid
    FROM pg_catalog.pg_attribute AS f
    WHERE t.typrelid <> 0 AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
  ) AS part (oid)
)
SELECT
  t.oid,
  n.nspname AS schema,
  t.typname AS name,
  t.typtype AS kind,
  CASE WHEN el.typarray = t.oid THEN el.oid ELSE 0 END AS element,
  t.typbasetype AS base,
  t.typtypmod AS base_typmod,
  t.typndims AS base_dimensions,
  t.typnotnull AS not_null,
  pg_get_expr(t.typdefaultbin, 0) AS "default",
  coalesce(r.rngsubtype, m.rngtypid, 0) AS subtype,
  coalesce(x.extname, '') AS extension,
  f.names AS field_names,
  f.types AS field_types,
  f.typmods AS field_typmods,
  f.dimensions AS field_dimensions
FROM used
JOIN pg_catalog.pg_type AS t ON t.oid = used.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type AS el ON el.oid = t.typelem
LEFT JOIN ranges AS r ON r.rngtypid = t.oid
LEFT JOIN ranges AS m ON m.rngmultitypid = t.oid
LEFT JOIN pg_catalog.pg_depend AS e
  ON e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid AND e.objsubid = 0
  AND e.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension AS x ON x.oid = e.refobjid
CROSS JOIN LATERAL (
  SELECT
    array_agg(CAST(f.attname AS text) ORDER BY f.attnum) AS names,
    array_agg(f.atttypid ORDER BY f.attnum) AS types,
    array_agg(f.atttypmod ORDER BY f.attnum) AS typmods,
    array_agg(f.attndims ORDER BY f.attnum) AS dimensions
  FROM pg_catalog.pg_attribute AS f
  WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
) AS f
