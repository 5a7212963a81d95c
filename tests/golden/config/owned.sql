-- A table that Ash owns is migrated by it.
/* ash_scaffold.toml
owned_by_ash = ["new_*"]
*/
CREATE TABLE new_things (id bigserial PRIMARY KEY);
