-- A table without a primary key takes the smallest total unique index.
CREATE TABLE chosen (a integer NOT NULL, b integer NOT NULL, c text NOT NULL, d text, UNIQUE (a, b), UNIQUE (d));
CREATE UNIQUE INDEX chosen_c ON chosen (c);
CREATE UNIQUE INDEX chosen_a_partial ON chosen (a) WHERE b > 0;
