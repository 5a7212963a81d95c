-- What are the objects of any kind called?
-- In psql: \set classes '\'{pg_namespace}\'' and \set objects '\'{2200}\''
SELECT w.catalog, w.oid, i.type, i.schema, i.name, i.identity
FROM unnest(CAST(:classes AS text[]), CAST(:objects AS oid[])) AS w (catalog, oid)
CROSS JOIN LATERAL pg_identify_object(
  (
    SELECT c.oid FROM pg_catalog.pg_class AS c
    WHERE c.relname = w.catalog AND c.relnamespace = 'pg_catalog'::regnamespace
  ), w.oid, 0
) AS i
