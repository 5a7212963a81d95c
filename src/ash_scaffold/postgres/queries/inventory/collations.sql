-- What is each of the collations? The columns of `pg_collation` differ between versions.
-- In psql: \set objects '\'{16384}\''
SELECT o.oid, n.nspname AS schema, o.collname AS name, to_jsonb(o) AS properties
FROM pg_catalog.pg_collation AS o
JOIN pg_catalog.pg_namespace AS n ON n.oid = o.collnamespace
WHERE o.oid = ANY (CAST(:objects AS oid[]))
