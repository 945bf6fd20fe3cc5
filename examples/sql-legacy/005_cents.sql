-- prices in cents from now on
UPDATE articles SET price = price * 100;
COMMENT ON COLUMN articles.price IS 'cents';
