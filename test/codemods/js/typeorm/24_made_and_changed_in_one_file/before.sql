CREATE TABLE person (id serial PRIMARY KEY, name text, age int);
CREATE INDEX person_name ON person (name);
INSERT INTO person (name, age) VALUES ('Ann', 30), ('Bo', NULL);
