-- A column that is no _id keeps its name, and the relationship takes the table's.
CREATE TABLE users (id bigserial PRIMARY KEY, login text NOT NULL UNIQUE);
CREATE TABLE orders (id bigserial PRIMARY KEY, owner text REFERENCES users (login), "createdBy" bigint REFERENCES users, "customerId" bigint REFERENCES users);
