-- Which schemas are the users' own, and how many relations does each hold?
SELECT n.nspname AS schema, count(c.oid) AS relations
FROM pg_catalog.pg_namespace AS n
LEFT JOIN pg_catalog.pg_class AS c
  ON c.relnamespace = n.oid
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT c.relispartition
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS e
    WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
  )
WHERE n.nspname <> 'information_schema' AND NOT starts_with(CAST(n.nspname AS text), 'pg_')
GROUP BY n.nspname
