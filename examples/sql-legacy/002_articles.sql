-- items are called articles now, everywhere
ALTER TABLE items RENAME TO articles;
ALTER TABLE articles RENAME COLUMN name TO title;
ALTER TABLE articles RENAME COLUMN stock TO in_stock;
ALTER SEQUENCE items_id_seq RENAME TO articles_id_seq;
ALTER INDEX items_name_idx RENAME TO articles_title_idx;
ALTER TABLE articles RENAME CONSTRAINT items_pkey TO articles_pkey;
ALTER TABLE articles RENAME CONSTRAINT items_supplier_id_fkey TO articles_supplier_id_fkey;
