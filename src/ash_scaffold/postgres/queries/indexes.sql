-- Which indexes does each relation have?
-- In psql: \set schemas '\'{public}\'' and \set partitions false
-- `indnullsnotdistinct` exists since 15: the name then means the catalog's, else the constant's.
-- An empty text stands for that of an index that was dropped since the transaction began.
-- `variables` are the attribute numbers that the stored expressions and predicate mention.
SELECT
  i.indrelid AS relation,
  i.indexrelid AS oid,
  ic.relname AS name,
  am.amname AS method,
  i.indisunique AS is_unique,
  i.indisvalid AS is_valid,
  i.indnkeyatts AS key_count,
  CAST(i.indkey AS smallint[]) AS columns,
  CAST(i.indoption AS smallint[]) AS options,
  CASE WHEN i.indpred IS NOT NULL
    THEN COALESCE(pg_get_expr(i.indpred, i.indrelid), '') END AS predicate,
  i.indnullsnotdistinct AS nulls_not_distinct,
  CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(
    SELECT CASE WHEN i.indkey[k - 1] = 0
      THEN COALESCE(pg_get_indexdef(i.indexrelid, k, false), '') END
    FROM generate_series(1, CAST(i.indnkeyatts AS integer)) AS k
  ) END AS expressions,
  CASE WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL THEN ARRAY(
    SELECT DISTINCT CAST(m[1] AS smallint)
    FROM regexp_matches(
      concat(CAST(i.indexprs AS text), CAST(i.indpred AS text)), ':varattno (\d+)', 'g'
    ) AS m
  ) END AS variables
FROM (SELECT false AS indnullsnotdistinct) AS absent
CROSS JOIN LATERAL (
  SELECT
    indexrelid, indrelid, indisunique, indisvalid, indnkeyatts, indkey, indoption, indexprs,
    indpred, indnullsnotdistinct
  FROM pg_catalog.pg_index
) AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am AS am ON am.oid = ic.relam
WHERE c.relnamespace IN (
    SELECT n.oid FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = ANY (CAST(:schemas AS name[]))
  )
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (NOT c.relispartition OR CAST(:partitions AS boolean))
