-- A natural and a composite key are given by the application.
CREATE TABLE countries (code char(2) PRIMARY KEY, name text NOT NULL);
CREATE TABLE rates (country char(2) REFERENCES countries, year smallint, rate numeric(5,2) NOT NULL, PRIMARY KEY (year, country));
