-- What is each of the types, its fields and the checks of a domain apart?
-- In psql: \set objects '\'{16384}\''
-- `rngmultitypid` exists since 14: the name then means the catalog's, else the constant's.
SELECT
  t.oid,
  n.nspname AS schema,
  t.typname AS name,
  t.typtype AS kind,
  ARRAY(
    SELECT CAST(e.enumlabel AS text) FROM pg_catalog.pg_enum AS e
    WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder
  ) AS labels,
  format_type(NULLIF(t.typbasetype, 0), t.typtypmod) AS base,
  CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation
    THEN concat(quote_ident(cn.nspname), '.', quote_ident(co.collname)) END AS collation,
  t.typnotnull AS not_null,
  pg_get_expr(t.typdefaultbin, 0) AS "default",
  format_type(r.rngsubtype, NULL) AS subtype,
  CASE WHEN r.rngcollation <> rs.typcollation
    THEN concat(quote_ident(rcn.nspname), '.', quote_ident(rco.collname)) END AS range_collation,
  CASE WHEN NOT op.opcdefault
    THEN concat(quote_ident(opn.nspname), '.', quote_ident(op.opcname)) END AS operator_class,
  CASE WHEN CAST(r.rngcanonical AS oid) <> 0 THEN CAST(r.rngcanonical AS text) END AS canonical,
  CASE WHEN CAST(r.rngsubdiff AS oid) <> 0 THEN CAST(r.rngsubdiff AS text) END AS difference,
  m.typname AS multirange
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_collation AS co ON co.oid = t.typcollation
LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = co.collnamespace
LEFT JOIN (
  SELECT g.rngtypid, g.rngsubtype, g.rngcollation, g.rngsubopc, g.rngcanonical, g.rngsubdiff,
    g.rngmultitypid
  FROM (SELECT CAST(0 AS oid) AS rngmultitypid) AS absent
  CROSS JOIN LATERAL (
    SELECT rngtypid, rngsubtype, rngcollation, rngsubopc, rngcanonical, rngsubdiff, rngmultitypid
    FROM pg_catalog.pg_range
  ) AS g
) AS r ON r.rngtypid = t.oid
LEFT JOIN pg_catalog.pg_type AS rs ON rs.oid = r.rngsubtype
LEFT JOIN pg_catalog.pg_collation AS rco ON rco.oid = r.rngcollation
LEFT JOIN pg_catalog.pg_namespace AS rcn ON rcn.oid = rco.collnamespace
LEFT JOIN pg_catalog.pg_opclass AS op ON op.oid = r.rngsubopc
LEFT JOIN pg_catalog.pg_namespace AS opn ON opn.oid = op.opcnamespace
LEFT JOIN pg_catalog.pg_type AS m ON m.oid = r.rngmultitypid
WHERE t.oid = ANY (CAST(:objects AS oid[]))
