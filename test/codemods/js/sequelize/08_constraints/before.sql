CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE teams (id serial PRIMARY KEY);
CREATE TABLE memberships (id serial PRIMARY KEY, "userId" int, "teamId" int CONSTRAINT memberships_team_fkey REFERENCES teams, role text);
INSERT INTO users DEFAULT VALUES;
INSERT INTO memberships ("userId", role) VALUES (1, 'admin');
