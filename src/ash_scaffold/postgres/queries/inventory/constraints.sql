-- What is each constraint of the tables?
-- In psql: \set relations '\'{16384}\''
-- `conenforced` exists since 18: the name then means the catalog's, else the constant's.
-- Triggers of constraints stand with the triggers.
SELECT
  k.oid,
  k.conrelid AS relation,
  k.conname AS name,
  k.contype AS kind,
  pg_get_constraintdef(k.oid) AS definition,
  CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS expression,
  ARRAY(
    SELECT CAST(COALESCE(a.attname, '') AS text)
    FROM unnest(k.conkey) WITH ORDINALITY AS key (attnum, place)
    LEFT JOIN pg_catalog.pg_attribute AS a
      ON a.attrelid = k.conrelid AND a.attnum = key.attnum AND a.attnum <> 0
    ORDER BY key.place
  ) AS columns,
  tn.nspname AS target_schema,
  tc.relname AS target_name,
  ARRAY(
    SELECT CAST(a.attname AS text)
    FROM unnest(k.confkey) WITH ORDINALITY AS key (attnum, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = key.attnum
    ORDER BY key.place
  ) AS target_columns,
  k.convalidated AS validated,
  k.conenforced AS enforced,
  k.connoinherit AND k.contype IN ('c', 'n') AS no_inherit,
  k.condeferrable AS deferrable,
  k.condeferred AS deferred,
  k.conislocal AS local,
  p.conname AS parent,
  COALESCE(p.conrelid = k.conrelid, false) AS derived
FROM (SELECT true AS conenforced) AS absent
CROSS JOIN LATERAL (
  SELECT
    oid, conrelid, conname, contype, conbin, conkey, confkey, confrelid, convalidated, conenforced,
    connoinherit, condeferrable, condeferred, conislocal, conparentid
  FROM pg_catalog.pg_constraint
) AS k
LEFT JOIN pg_catalog.pg_constraint AS p ON p.oid = k.conparentid
LEFT JOIN pg_catalog.pg_class AS tc ON tc.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace AS tn ON tn.oid = tc.relnamespace
WHERE k.conrelid = ANY (CAST(:relations AS oid[]))
  AND k.contype <> 't'
ORDER BY k.conrelid, k.conname
