-- A column's name, type and flags are configurable, by table and by pattern.
/* ash_scaffold.toml
[tables.users.columns.mail]
name = "email"
sensitive = true
[tables.users.columns.password]
public = true
sensitive = false
[tables.users.columns.junk]
exclude = true
[tables.users.columns.data]
type = ":map"
[tables.users.columns.ratio]
type = "tolerant"
[tables.users.columns.age]
type = "limits"
[tables.users.columns.nick]
constraints = { max_length = 5, match = "x" }
[columns."*.flags"]
type = "{:array, App.Flag}"
public = false
*/
CREATE TABLE users (id bigserial PRIMARY KEY, mail text, password text NOT NULL, junk text, data jsonb, ratio float8, age smallint, nick text, flags text[]);
