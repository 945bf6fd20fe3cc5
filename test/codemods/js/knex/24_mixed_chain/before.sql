CREATE TABLE announcements (id serial PRIMARY KEY, number int);
