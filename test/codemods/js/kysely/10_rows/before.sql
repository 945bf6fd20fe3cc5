CREATE TABLE users (id serial PRIMARY KEY, role text);
INSERT INTO users (role) VALUES ('root'), ('ghost'), ('user');
