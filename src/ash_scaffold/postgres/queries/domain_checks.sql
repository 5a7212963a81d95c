-- Which checks does each domain have?
-- `conenforced` exists since 18: the name then means the catalog's, else the constant's.
SELECT
  k.contypid AS domain,
  k.conname AS name,
  pg_get_expr(k.conbin, 0) AS expression,
  k.convalidated AS validated,
  k.conenforced AS enforced
FROM (SELECT true AS conenforced) AS absent
CROSS JOIN LATERAL (
  SELECT contypid, contype, conname, conbin, convalidated, conenforced
  FROM pg_catalog.pg_constraint
) AS k
WHERE k.contypid <> 0 AND k.contype = 'c'
