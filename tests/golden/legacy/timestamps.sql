-- The columns that `timestamps` names, whatever they are called.
CREATE TABLE plain (id bigserial PRIMARY KEY, created_on timestamp(0) NOT NULL, changed_on timestamp(0) NOT NULL);
CREATE TABLE usec (id bigserial PRIMARY KEY, made timestamp NOT NULL, updated_at timestamp NOT NULL);
CREATE TABLE zoned (id bigserial PRIMARY KEY, inserted_at timestamptz(0) NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE loose (id bigserial PRIMARY KEY, inserted_at timestamp, updated_at timestamp);
CREATE TABLE once (id bigserial PRIMARY KEY, inserted_at timestamp(0) NOT NULL, updated_at timestamp(0) NOT NULL DEFAULT now());
CREATE TABLE filled (id bigserial PRIMARY KEY, inserted_at timestamp NOT NULL, updated_at timestamp NOT NULL);
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.inserted_at := now(); RETURN NEW; END $$;
CREATE TRIGGER fill BEFORE INSERT ON filled FOR EACH ROW EXECUTE FUNCTION fill();
