-- suppliers get a code of their own; the old number stays until everything uses it
ALTER TABLE suppliers ADD COLUMN code text;
UPDATE suppliers SET code = 'S' || lpad(id::text, 5, '0') WHERE code IS NULL;
ALTER TABLE suppliers ALTER COLUMN code SET NOT NULL;
ALTER TABLE suppliers ADD UNIQUE (code);

ALTER TABLE articles ADD COLUMN supplier_code text;
UPDATE articles a SET supplier_code = s.code FROM suppliers s WHERE s.id = a.supplier_id;
ALTER TABLE articles DROP COLUMN supplier_id;
ALTER TABLE articles ADD FOREIGN KEY (supplier_code) REFERENCES suppliers (code) ON UPDATE CASCADE;
