-- A column without a type is reported, and one that must be given ends creating.
CREATE TABLE payments (id bigserial PRIMARY KEY, amount money NOT NULL, note xml, query tsquery NOT NULL DEFAULT 'a');
