CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE memberships (id serial PRIMARY KEY, user_id int, team_id int, role text, CONSTRAINT memberships_old CHECK (id > 0));
INSERT INTO users DEFAULT VALUES;
INSERT INTO memberships (user_id, role) VALUES (1, 'admin');
