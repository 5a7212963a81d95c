-- The embeds of Ecto schemas are embedded resources by choice.
/* ash_scaffold.toml
embeds = "resources"

[tables.shops.columns.kept]
embeds = "json"
*/
CREATE TABLE shops (
  id bigserial PRIMARY KEY,
  address jsonb NOT NULL,
  hours jsonb,
  branches jsonb[],
  settings json,
  notes jsonb,
  kept jsonb,
  plain text,
  odd jsonb,
  tree jsonb,
  elsewhere jsonb
);
