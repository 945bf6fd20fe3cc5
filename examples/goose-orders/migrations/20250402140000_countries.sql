-- +goose Up
CREATE TABLE countries (
  code char(2) PRIMARY KEY,
  name text NOT NULL
);
INSERT INTO countries (code, name) VALUES
  ('AT', 'Österreich'),
  ('CH', 'Schweiz; Suisse; Svizzera'),
  ('DE', 'Deutschland');

ALTER TABLE customers ADD COLUMN country char(2) NOT NULL DEFAULT 'DE' REFERENCES countries (code);

CREATE VIEW revenue AS
  SELECT c.country, date_trunc('month', o.placed_at) AS month, sum(o.total) AS total
    FROM orders o
    JOIN customers c ON c.id = o.customer_id
   GROUP BY 1, 2;

-- +goose StatementBegin
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'plpgsql') THEN
    RAISE EXCEPTION 'no plpgsql; no shop';
  END IF;
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP VIEW revenue;
ALTER TABLE customers DROP COLUMN country;
DROP TABLE countries;
