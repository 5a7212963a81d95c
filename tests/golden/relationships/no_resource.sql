-- A key to or from a table without a resource gives no relationship, its name is known.
/* ash_scaffold.toml
exclude = ["secrets", "audits"]
*/
CREATE TABLE secrets (id bigserial PRIMARY KEY);
CREATE TABLE users (id bigserial PRIMARY KEY, secret_id bigint REFERENCES secrets);
CREATE TABLE audits (id bigserial PRIMARY KEY, user_id bigint REFERENCES users);
