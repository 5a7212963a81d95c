-- Which schemas are the users' own, how many relations does each hold, and is it an extension's?
-- TimescaleDB keeps the chunks of tables in schemas of its own, which a dump makes without it.
SELECT
  n.nspname AS schema,
  count(c.oid) AS relations,
  starts_with(CAST(n.nspname AS text), '_timescaledb_')
  OR EXISTS (
    SELECT FROM pg_catalog.pg_depend AS o
    WHERE o.classid = 'pg_catalog.pg_namespace'::regclass AND o.objid = n.oid AND o.deptype = 'e'
  ) AS of_extension
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
GROUP BY n.oid, n.nspname
