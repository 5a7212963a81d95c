-- What a key does on delete is said where it is not Ash's default.
CREATE TABLE parents (id bigserial PRIMARY KEY, name text UNIQUE);
CREATE TABLE children (
  id bigserial PRIMARY KEY,
  a_id bigint REFERENCES parents ON DELETE CASCADE, b_id bigint REFERENCES parents ON DELETE RESTRICT,
  c_id bigint REFERENCES parents ON DELETE SET NULL, d_id bigint REFERENCES parents ON DELETE SET DEFAULT,
  e_id bigint REFERENCES parents DEFERRABLE, f_id bigint REFERENCES parents DEFERRABLE INITIALLY DEFERRED,
  g_id bigint CONSTRAINT named REFERENCES parents
);
