-- Which rewrite rules does each relation have, other than a view's own?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
SELECT w.ev_class AS relation, w.rulename AS name
FROM pg_catalog.pg_rewrite AS w
JOIN pg_catalog.pg_class AS c ON c.oid = w.ev_class
WHERE w.rulename <> '_RETURN'
  AND c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
