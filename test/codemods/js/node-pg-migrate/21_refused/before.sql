CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE scores (user_id int, score int);
CREATE TABLE counters (n int);
INSERT INTO users DEFAULT VALUES;
INSERT INTO counters VALUES (1);
