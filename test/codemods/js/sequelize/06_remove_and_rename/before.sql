CREATE TABLE users (id serial PRIMARY KEY, password text, "serviceId" text, old_name text);
CREATE TABLE integrations (id serial PRIMARY KEY, "serviceId" text);
INSERT INTO users (password, "serviceId", old_name) VALUES ('x', 'slack', 'y');
