/* ash_scaffold.toml
[tenancy]
strategy = "attribute"
column = "organization_id"
tenants = "organizations"
*/
CREATE TABLE organizations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);

-- The tenant in the primary key: an error is of the rest.
CREATE TABLE options (
  organization_id uuid REFERENCES organizations,
  key text,
  value text NOT NULL,
  PRIMARY KEY (organization_id, key)
);
CREATE TABLE counters (
  organization_id uuid PRIMARY KEY REFERENCES organizations,
  last_number integer NOT NULL CHECK (last_number >= 0)
);
CREATE TABLE boards (
  organization_id uuid NOT NULL REFERENCES organizations,
  number integer NOT NULL,
  title text NOT NULL,
  PRIMARY KEY (organization_id, number)
);

-- Numbers that are a tenant's own, and a key that leads to such.
CREATE TABLE cards (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL DEFAULT current_setting('app.organization', true)::uuid,
  board_number integer NOT NULL,
  parent_id uuid,
  title text NOT NULL,
  UNIQUE (organization_id, id),
  CONSTRAINT cards_board_fkey FOREIGN KEY (organization_id, board_number) REFERENCES boards,
  CONSTRAINT cards_parent_fkey FOREIGN KEY (organization_id, parent_id)
    REFERENCES cards (organization_id, id)
);

-- Two keys that share the tenant, to what is unique without it.
CREATE TABLE comments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  card_id uuid NOT NULL,
  about_card_id uuid,
  body text NOT NULL,
  CONSTRAINT comments_card_fkey FOREIGN KEY (organization_id, card_id)
    REFERENCES cards (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT comments_about_fkey FOREIGN KEY (organization_id, about_card_id)
    REFERENCES cards (organization_id, id)
);

-- A join table of keys that carry the tenant.
CREATE TABLE labels (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations,
  name text NOT NULL,
  UNIQUE (organization_id, id)
);
CREATE TABLE cards_labels (
  organization_id uuid NOT NULL REFERENCES organizations,
  card_id uuid NOT NULL,
  label_id uuid NOT NULL,
  PRIMARY KEY (organization_id, card_id, label_id),
  CONSTRAINT cards_labels_card_fkey FOREIGN KEY (organization_id, card_id)
    REFERENCES cards (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT cards_labels_label_fkey FOREIGN KEY (organization_id, label_id)
    REFERENCES labels (organization_id, id)
);
