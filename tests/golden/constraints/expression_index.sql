-- An index over an expression is known by its name, with what it is.
CREATE TABLE users (id bigserial PRIMARY KEY, email text, tenant_id integer, name text);
CREATE UNIQUE INDEX users_lower_email ON users (lower(email));
CREATE UNIQUE INDEX users_tenant_email ON users (tenant_id, lower(email)) WHERE name IS NOT NULL;
CREATE UNIQUE INDEX users_both ON users ((email || name));
