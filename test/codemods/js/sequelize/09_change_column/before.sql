CREATE TABLE teams (id serial PRIMARY KEY);
CREATE TABLE users (id serial PRIMARY KEY, email varchar(255), login varchar(255), settings jsonb, "teamId" int);
INSERT INTO users (email, login) VALUES ('a@example.com', 'a'), ('b@example.com', 'b');
