CREATE TABLE plan (id serial PRIMARY KEY, name text);
INSERT INTO plan (name) VALUES ('silver');
