-- A composite key relates its first pair and filters by the others.
CREATE TABLE invoices (year smallint, number integer, PRIMARY KEY (year, number));
CREATE TABLE items (
  id bigserial PRIMARY KEY, invoice_number integer NOT NULL, invoice_year smallint NOT NULL,
  CONSTRAINT item_invoice FOREIGN KEY (invoice_year, invoice_number) REFERENCES invoices ON UPDATE CASCADE
);
