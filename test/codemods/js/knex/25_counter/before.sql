CREATE TABLE cards (id serial PRIMARY KEY);
CREATE TABLE comments (id serial PRIMARY KEY, card_id int);
INSERT INTO cards DEFAULT VALUES;
INSERT INTO comments (card_id) VALUES (1);
