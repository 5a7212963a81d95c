CREATE TABLE members (
    id bigserial PRIMARY KEY,
    email text NOT NULL CONSTRAINT members_email_index UNIQUE,
    name text,
    role text NOT NULL DEFAULT 'member',
    age integer,
    hashed_password text,
    welcomed_at timestamp(0),
    inserted_at timestamp(0) NOT NULL,
    updated_at timestamp(0) NOT NULL
);
CREATE TABLE articles (
    id bigserial PRIMARY KEY,
    member_id bigint CONSTRAINT articles_member_id_fkey REFERENCES members,
    title text,
    slug text,
    price numeric(10, 2),
    tags text[],
    state text NOT NULL DEFAULT 'draft',
    lock_version integer NOT NULL DEFAULT 1,
    inserted_at timestamp(0) NOT NULL,
    updated_at timestamp(0) NOT NULL
);
CREATE TABLE remarks (
    id bigserial PRIMARY KEY,
    article_id bigint NOT NULL CONSTRAINT remarks_article_id_fkey REFERENCES articles,
    body text NOT NULL,
    position integer NOT NULL DEFAULT 0
);
INSERT INTO members (email, name, age, inserted_at, updated_at) VALUES
    ('first@example.com', 'First', 30, '2024-01-01', '2024-01-01'),
    ('second@example.com', 'Second', NULL, '2024-01-01', '2024-01-01');
INSERT INTO articles (member_id, title, slug, price, state, inserted_at, updated_at) VALUES
    (1, 'One', 'one', 10, 'draft', '2024-01-01', '2024-01-01'),
    (1, 'Two', 'two', 20.50, 'public', '2024-01-01', '2024-01-01'),
    (2, 'Three', '', NULL, 'draft', '2024-01-01', '2024-01-01');
INSERT INTO remarks (article_id, body, position) VALUES (1, 'good', 1), (2, 'better', 1), (2, 'best', 2);
