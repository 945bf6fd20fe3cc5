CREATE TABLE role (id serial PRIMARY KEY, name text);
INSERT INTO role (name) VALUES ('owner');
