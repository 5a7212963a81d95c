-- A PostgreSQL type is mapped by configuration.
/* ash_scaffold.toml
[types]
money = "App.Types.Money"
"mood" = ":string"
xml = "skip"
float8 = "tolerant"
*/
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE things (id bigserial PRIMARY KEY, price money NOT NULL, mood mood DEFAULT 'sad', doc xml, prices money[], ratio float8);
