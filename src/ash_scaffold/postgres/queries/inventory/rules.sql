-- What is each rule of the tables?
-- In psql: \set relations '\'{16384}\''
SELECT
  r.oid,
  r.ev_class AS relation,
  r.rulename AS name,
  pg_get_ruledef(r.oid) AS definition,
  r.ev_enabled AS enabled
FROM pg_catalog.pg_rewrite AS r
WHERE r.ev_class = ANY (CAST(:relations AS oid[]))
ORDER BY r.ev_class, r.rulename
