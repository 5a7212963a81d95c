-- Which tables of that name may hold the versions of Ecto's migrations, that of public first?
-- In psql: \set source '\'schema_migrations\''
SELECT n.nspname AS schema
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a
  ON a.attrelid = c.oid AND a.attname = 'version' AND NOT a.attisdropped
WHERE c.relname = CAST(:source AS name)
  AND c.relkind IN ('r', 'p')
  AND a.atttypid IN ('pg_catalog.int8'::regtype, 'pg_catalog.int4'::regtype)
  AND has_schema_privilege(n.oid, 'USAGE')
  AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY n.nspname <> 'public', n.nspname
