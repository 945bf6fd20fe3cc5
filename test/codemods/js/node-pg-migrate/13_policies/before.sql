CREATE TABLE notes (id serial PRIMARY KEY, owner text);
CREATE POLICY notes_all ON notes USING (true);
