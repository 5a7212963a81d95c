-- A table that refers to itself has parent and children.
CREATE TABLE categories (id bigserial PRIMARY KEY, parent_id bigint REFERENCES categories, root_id bigint CONSTRAINT to_root REFERENCES categories ON DELETE CASCADE);
