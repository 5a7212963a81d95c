CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE carts (
    id bigserial PRIMARY KEY,
    state text,
    rank integer NOT NULL,
    currency varchar(3) NOT NULL,
    items_count integer NOT NULL,
    ratio double precision NOT NULL,
    total numeric(10, 2) NOT NULL,
    settings jsonb,
    theme jsonb NOT NULL,
    tags text[] NOT NULL,
    moods mood[],
    mood mood,
    active boolean NOT NULL,
    opens_on date,
    opens_at time(0),
    since timestamp(0) NOT NULL,
    zone text NOT NULL,
    page_size integer NOT NULL,
    token text NOT NULL,
    reference uuid NOT NULL,
    code text NOT NULL,
    owner text,
    region text NOT NULL,
    box text,
    inserted_at timestamp(0) NOT NULL,
    updated_at timestamp(0) NOT NULL
);
CREATE TABLE equals (
    id bigserial PRIMARY KEY,
    word text NOT NULL DEFAULT 'open',
    number numeric NOT NULL DEFAULT 1.50,
    whole integer NOT NULL DEFAULT 0,
    data jsonb NOT NULL DEFAULT '{"b": [1], "a": 2}',
    empty jsonb NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{a,b}',
    day date NOT NULL DEFAULT '2020-01-31',
    at timestamp(0) NOT NULL DEFAULT '2020-01-31 00:00:00',
    flag boolean NOT NULL DEFAULT false
);
CREATE TABLE others (
    id bigserial PRIMARY KEY,
    score integer DEFAULT 0,
    state text NOT NULL DEFAULT 'new',
    made_at timestamp(0) NOT NULL DEFAULT now(),
    data jsonb NOT NULL DEFAULT '{"a": 1}',
    empty text DEFAULT NULL,
    made integer GENERATED ALWAYS AS (1 + 1) STORED
);
