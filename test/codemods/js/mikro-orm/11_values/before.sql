CREATE TABLE setting (key text PRIMARY KEY, value text);
INSERT INTO setting VALUES ('limit', NULL);
