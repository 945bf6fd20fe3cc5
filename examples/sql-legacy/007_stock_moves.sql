-- Written in an editor that saves as "UTF-8 with BOM" and CRLF
CREATE TABLE stock_moves (
  id serial PRIMARY KEY,
  article_id integer NOT NULL REFERENCES articles (id),
  delta integer NOT NULL CHECK (delta <> 0),
  reason text NOT NULL DEFAULT 'count',
  moved_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX ON stock_moves (article_id);

CREATE FUNCTION stock_moved() RETURNS trigger AS $body$
BEGIN
  UPDATE articles SET in_stock = in_stock + NEW.delta WHERE id = NEW.article_id;
  RETURN NEW; -- the move itself
END;
$body$ LANGUAGE plpgsql;

CREATE TRIGGER stock_moved AFTER INSERT ON stock_moves
  FOR EACH ROW EXECUTE FUNCTION stock_moved();

/* Once, for everyone:
   /* nested, as PostgreSQL allows */
   see the wiki. */
ALTER TABLE articles
  ADD COLUMN discontinued boolean NOT NULL DEFAULT false,
  ALTER COLUMN price SET DEFAULT 0;
