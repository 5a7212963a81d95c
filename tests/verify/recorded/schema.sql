CREATE TYPE order_state AS ENUM ('open', 'paid', 'void');

CREATE TABLE customers (
  id bigserial PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name varchar(40),
  api_token text,
  settings jsonb,
  rating float8
);

CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  number varchar(20) NOT NULL,
  state order_state NOT NULL DEFAULT 'open',
  total numeric(10, 2),
  twice numeric GENERATED ALWAYS AS (total * 2) STORED,
  placed_at timestamptz,
  CONSTRAINT orders_total_check CHECK (total >= 0)
);

CREATE UNIQUE INDEX orders_number_index ON orders (lower(number));

INSERT INTO customers (id, email, name, api_token, settings, rating) VALUES
  (1, 'ada@example.com', ' Ada ', 'secret-1', '{"theme": "dark"}', 4.5),
  (2, 'bob@example.com', NULL, 'secret-2', '"plain"', 'NaN');

INSERT INTO orders (id, customer_id, number, state, total, placed_at) VALUES
  (1, 1, 'A-1', 'open', 10.50, '2024-03-01 12:00:00.123456+00'),
  (2, 1, 'A-2', 'paid', NULL, NULL),
  (3, 2, 'A-3', 'void', 0, '1970-01-01 00:00:00+00');
