-- Timestamps that the application keeps are Ash's, those the database keeps are its own.
CREATE TABLE ecto (id bigserial PRIMARY KEY, inserted_at timestamp(0) NOT NULL, updated_at timestamp(0) NOT NULL);
CREATE TABLE rails (id bigserial PRIMARY KEY, created_at timestamptz, updated_at timestamptz);
CREATE TABLE filled (id bigserial PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE camel (id bigserial PRIMARY KEY, "insertedAt" timestamp NOT NULL, "modifiedAt" timestamp NOT NULL);
CREATE TABLE others (id bigserial PRIMARY KEY, created_at date, updated_at text, published_at timestamptz);
CREATE TABLE triggered (id bigserial PRIMARY KEY, inserted_at timestamp NOT NULL, updated_at timestamp NOT NULL);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION touch();
