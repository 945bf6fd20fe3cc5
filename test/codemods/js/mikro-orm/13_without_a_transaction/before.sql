CREATE TABLE event (id serial PRIMARY KEY, at timestamptz, old int);
CREATE INDEX event_old_index ON event (old);
INSERT INTO event (at) VALUES ('2024-01-01');
