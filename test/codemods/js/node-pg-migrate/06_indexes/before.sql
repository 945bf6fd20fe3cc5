CREATE TABLE documents (id serial PRIMARY KEY, team_id int, slug text, title text, owner_id int, created_at timestamptz, deleted_at timestamptz);
CREATE INDEX documents_owner_id_index ON documents (owner_id);
CREATE INDEX documents_old_name ON documents (slug);
