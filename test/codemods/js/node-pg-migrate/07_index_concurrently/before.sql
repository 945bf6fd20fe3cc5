CREATE TABLE events (id serial PRIMARY KEY, kind text, at timestamptz);
CREATE INDEX events_at_index ON events (at);
