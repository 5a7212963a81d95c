-- Which columns may the role read in relations that it may not read as a whole?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
-- Without CASE the planner asks for the right to every index too, before it looks at `relkind`.
WITH closed AS MATERIALIZED (
  SELECT c.oid
  FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND CASE
    WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (NOT c.relispartition OR CAST(:partitions AS boolean))
    THEN NOT has_table_privilege(c.oid, 'SELECT')
  END
)
SELECT a.attrelid AS relation, a.attnum
FROM closed
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = closed.oid
WHERE a.attnum > 0
  AND NOT a.attisdropped
  AND has_column_privilege(closed.oid, a.attnum, 'SELECT')
