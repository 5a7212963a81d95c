-- A random uuid is Ash's uuid_primary_key, any other default stays the database's.
CREATE FUNCTION own_uuid() RETURNS uuid LANGUAGE sql AS $$ SELECT gen_random_uuid() $$;
CREATE TABLE bare (id uuid PRIMARY KEY);
CREATE TABLE random (uid uuid PRIMARY KEY DEFAULT gen_random_uuid());
CREATE TABLE other (id uuid PRIMARY KEY DEFAULT own_uuid());
CREATE TABLE fixed (id uuid PRIMARY KEY DEFAULT '00000000-0000-0000-0000-000000000000');
