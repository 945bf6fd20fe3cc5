-- +goose Up
ALTER TABLE customers ADD COLUMN phone text, ADD COLUMN locale text;
UPDATE customers SET locale = 'en' WHERE locale IS NULL;
ALTER TABLE customers ALTER COLUMN locale SET DEFAULT 'en', ALTER COLUMN locale SET NOT NULL;

ALTER TABLE customers RENAME COLUMN name TO full_name;
ALTER TABLE customers ADD CONSTRAINT customers_email_has_at CHECK (position('@' IN email) > 1) NOT VALID;
ALTER TABLE customers VALIDATE CONSTRAINT customers_email_has_at;

COMMENT ON COLUMN customers.locale IS 'BCP 47; the shop''s own list; e.g. "de-AT"';

-- +goose Down
ALTER TABLE customers DROP CONSTRAINT customers_email_has_at;
ALTER TABLE customers RENAME COLUMN full_name TO name;
ALTER TABLE customers DROP COLUMN locale, DROP COLUMN phone;
