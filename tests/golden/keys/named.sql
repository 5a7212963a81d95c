-- A primary key with a name of its own is registered.
CREATE TABLE invoices (year integer, number integer, CONSTRAINT invoice_key PRIMARY KEY (number, year));
