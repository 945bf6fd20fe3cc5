CREATE VIEW "active suppliers" AS
  SELECT s.code, s.name, count(*) AS articles
    FROM suppliers s
    JOIN articles a ON a.supplier_code = s.code
   WHERE NOT a.discontinued
   GROUP BY s.code, s.name;

GRANT SELECT ON "active suppliers" TO PUBLIC;

INSERT INTO suppliers (id, name, code) VALUES (1, 'Müller & Söhne', 'S00001') ON CONFLICT (id) DO NOTHING;

DROP INDEX articles_title_idx;
CREATE INDEX articles_title_idx ON articles (lower(title) text_pattern_ops) WHERE NOT discontinued;
