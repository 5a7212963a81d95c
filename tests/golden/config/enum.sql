-- A text column with a list of values is an enum by configuration.
/* ash_scaffold.toml
[tables.jobs.columns.state]
enum = true
[tables.jobs.columns.kind]
enum = ["a", "b c"]
*/
CREATE TABLE jobs (id bigserial PRIMARY KEY, state varchar(20) NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'in progress', 'done')), kind text DEFAULT 'a');
