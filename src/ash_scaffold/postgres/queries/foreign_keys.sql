-- Which foreign keys does the whole database have, partitions' clones included?
-- `confdelsetcols` exists since 15, `conenforced` and `conperiod` since 18: the names then mean
-- the catalog's, else the constants'.
SELECT
  k.oid,
  k.conparentid AS parent,
  k.conname AS name,
  k.conrelid AS relation,
  k.confrelid AS target,
  k.conkey AS columns,
  k.confkey AS target_columns,
  k.confdeltype AS on_delete,
  k.confupdtype AS on_update,
  k.confdelsetcols AS set_null_columns,
  k.confmatchtype AS match,
  k.condeferrable AS deferrable,
  k.condeferred AS deferred,
  k.convalidated AS validated,
  k.conenforced AS enforced,
  k.conperiod AS period
FROM (
  SELECT CAST(NULL AS smallint[]) AS confdelsetcols, true AS conenforced, false AS conperiod
) AS absent
CROSS JOIN LATERAL (
  SELECT
    oid, conparentid, conname, contype, conrelid, confrelid, conkey, confkey, confdeltype,
    confupdtype, confdelsetcols, confmatchtype, condeferrable, condeferred, convalidated,
    conenforced, conperiod
  FROM pg_catalog.pg_constraint
) AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
WHERE k.contype = 'f' AND c.relpersistence <> 't'
