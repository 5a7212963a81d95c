-- What code does the database hold in all schemas but PostgreSQL's own and what extensions bring?
WITH wanted AS (
  SELECT oid, nspname FROM pg_catalog.pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
),
found AS (
  SELECT 'function' AS kind, CAST(p.proname AS text) AS name, pg_get_functiondef(p.oid) AS code
  FROM pg_catalog.pg_proc AS p
  JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
  WHERE p.pronamespace IN (SELECT oid FROM wanted)
    AND p.prokind IN ('f', 'p') AND l.lanname NOT IN ('c', 'internal')
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    )
  UNION ALL
  SELECT 'view', CAST(c.relname AS text), pg_get_viewdef(c.oid)
  FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace IN (SELECT oid FROM wanted) AND c.relkind IN ('v', 'm')
  UNION ALL
  SELECT 'rule', CAST(r.rulename AS text), pg_get_ruledef(r.oid)
  FROM pg_catalog.pg_rewrite AS r
  JOIN pg_catalog.pg_class AS c ON c.oid = r.ev_class
  WHERE c.relnamespace IN (SELECT oid FROM wanted) AND r.rulename <> '_RETURN'
  UNION ALL
  SELECT 'policy', CAST(p.polname AS text),
    concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_catalog.pg_policy AS p
  UNION ALL
  SELECT 'trigger', CAST(t.tgname AS text), pg_get_triggerdef(t.oid)
  FROM pg_catalog.pg_trigger AS t
  WHERE NOT t.tgisinternal
)
SELECT kind, name, code AS text FROM found WHERE code IS NOT NULL ORDER BY kind, name, code
