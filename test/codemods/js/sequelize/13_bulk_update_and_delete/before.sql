CREATE TABLE users (id serial PRIMARY KEY, role text);
CREATE TABLE sessions (id serial PRIMARY KEY, state text);
INSERT INTO users (role) VALUES (NULL), ('admin');
INSERT INTO sessions (state) VALUES ('expired'), ('live');
