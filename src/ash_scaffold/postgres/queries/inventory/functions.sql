-- What is the definition of each function?
-- In psql: \set objects '\'{16384}\''
-- An aggregate has none that PostgreSQL writes.
SELECT
  p.oid,
  n.nspname AS schema,
  p.proname AS name,
  p.prokind AS kind,
  pg_get_function_identity_arguments(p.oid) AS arguments,
  CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END AS definition
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.oid = ANY (CAST(:objects AS oid[]))
