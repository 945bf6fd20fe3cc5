CREATE TABLE teams (id serial PRIMARY KEY);
CREATE TABLE users (id serial PRIMARY KEY, nickname text);
INSERT INTO users (nickname) VALUES ('a');
