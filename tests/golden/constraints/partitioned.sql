-- A partitioned table knows the names of its partitions' indexes and clones.
CREATE TABLE events (id bigint, day date, code text, PRIMARY KEY (id, day), CONSTRAINT one_code UNIQUE (code, day)) PARTITION BY RANGE (day);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE notes (id bigserial PRIMARY KEY, event_id bigint, event_day date, FOREIGN KEY (event_id, event_day) REFERENCES events);
