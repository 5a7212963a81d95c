-- The configuration comes before the Ecto schema, and that before the catalog.
/* ash_scaffold.toml
[types]
jsonb = ":map"
[tables.users]
primary_key = ["name"]
[tables.users.columns.email]
name = "mail"
sensitive = false
[tables.users.columns.role]
type = ":string"
[tables.users.columns.level]
enum = ["1", "2"]
[tables.users.columns.data]
public = false
[tables.users.columns.seen]
type = "limits"
*/
CREATE TABLE users (id bigint, name text NOT NULL, email text, role text, level text, data jsonb, seen timestamp);
