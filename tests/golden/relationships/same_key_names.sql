-- A constraint's name is unique within its table only.
CREATE TABLE states (name text PRIMARY KEY);
CREATE TABLE allowed_changes (
  prior_state text NOT NULL CONSTRAINT states_prior_fkey REFERENCES states,
  next_state text NOT NULL CONSTRAINT states_next_fkey REFERENCES states,
  PRIMARY KEY (prior_state, next_state)
);
CREATE TABLE state_changes (
  id bigserial PRIMARY KEY,
  prior_state text CONSTRAINT states_prior_fkey REFERENCES states,
  state text NOT NULL CONSTRAINT states_state_fkey REFERENCES states
);
