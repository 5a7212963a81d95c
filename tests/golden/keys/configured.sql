-- The configuration gives the key.
/* ash_scaffold.toml
[tables.logs]
primary_key = ["day", "number"]
*/
CREATE TABLE logs (day date NOT NULL, number integer NOT NULL, entry text);
