-- Which labels does each enum have, in their order?
SELECT e.enumtypid AS type, array_agg(CAST(e.enumlabel AS text) ORDER BY e.enumsortorder) AS labels
FROM pg_catalog.pg_enum AS e
GROUP BY e.enumtypid
