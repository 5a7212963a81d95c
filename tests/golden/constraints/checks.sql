-- A check's error lands on its columns.
CREATE DOMAIN positive AS integer CONSTRAINT positive_check CHECK (VALUE > 0);
CREATE TABLE products (
  id bigserial PRIMARY KEY, price integer, sale integer, amount positive, more positive,
  CONSTRAINT price_positive CHECK (price > 0), CONSTRAINT sale_below_price CHECK (sale < price),
  CONSTRAINT always CHECK (true)
);
ALTER TABLE products ADD CONSTRAINT "odd ""name" CHECK (price <> 7) NOT VALID;
