-- the weight was kept as text ("1,5 kg"); a column beside it takes the number, then the old one goes
ALTER TABLE articles ADD COLUMN weight_tmp numeric(8, 3);
UPDATE articles SET weight_tmp = replace(split_part(weight, ' ', 1), ',', '.')::numeric WHERE weight IS NOT NULL;
ALTER TABLE articles DROP COLUMN weight;
ALTER TABLE articles RENAME COLUMN weight_tmp TO weight_kg;
