-- Which objects of users depend on which?
-- PostgreSQL's own have OIDs below 16384. The kinds are those of relations.
SELECT DISTINCT
  c.relname AS catalog,
  d.objid AS oid,
  s.relkind AS relation_kind,
  r.relname AS target_catalog,
  d.refobjid AS target,
  t.relkind AS target_relation_kind,
  d.deptype AS kind
FROM pg_catalog.pg_depend AS d
JOIN pg_catalog.pg_class AS c ON c.oid = d.classid
JOIN pg_catalog.pg_class AS r ON r.oid = d.refclassid
LEFT JOIN pg_catalog.pg_class AS s ON c.relname = 'pg_class' AND s.oid = d.objid
LEFT JOIN pg_catalog.pg_class AS t ON r.relname = 'pg_class' AND t.oid = d.refobjid
WHERE d.objid >= 16384
  AND d.refobjid >= 16384
