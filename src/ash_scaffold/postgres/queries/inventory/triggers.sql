-- What is each trigger of the tables, those that partitions have from their parent included?
-- In psql: \set relations '\'{16384}\''
-- Those that enforce foreign keys are internal, those of partitions only before 15.
SELECT
  g.oid,
  g.tgrelid AS relation,
  g.tgname AS name,
  pg_get_triggerdef(g.oid) AS definition,
  g.tgenabled AS enabled,
  p.tgname AS parent
FROM pg_catalog.pg_trigger AS g
LEFT JOIN pg_catalog.pg_trigger AS p ON p.oid = g.tgparentid
LEFT JOIN pg_catalog.pg_constraint AS k ON k.oid = g.tgconstraint
WHERE g.tgrelid = ANY (CAST(:relations AS oid[]))
  AND (NOT g.tgisinternal OR (p.oid IS NOT NULL AND NOT p.tgisinternal))
  AND COALESCE(k.contype, 't') = 't'
ORDER BY g.tgrelid, g.tgname
