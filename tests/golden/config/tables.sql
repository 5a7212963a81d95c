-- A table's module, actions, base and extensions are configurable.
/* ash_scaffold.toml
use = "App.Resource"
extensions = ["AshJsonApi.Resource"]
[tables.users]
resource = "Person"
actions = "read"
description = "People."
[tables.logs]
actions = "none"
extensions = []
use = "App.LogResource"
[domains."App.Core"]
tables = ["*"]
*/
CREATE TABLE users (id bigserial PRIMARY KEY, name text);
CREATE TABLE logs (id bigserial PRIMARY KEY, line text);
