-- Which tables does each schema of the users' own have, those of extensions and partitions apart?
SELECT n.nspname AS schema, array_agg(CAST(c.relname AS text) ORDER BY c.relname) AS tables
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
WHERE c.relkind IN ('r', 'p')
  AND NOT c.relispartition
  AND n.nspname <> 'information_schema'
  AND NOT starts_with(CAST(n.nspname AS text), 'pg_')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS e
    WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
  )
GROUP BY n.nspname
