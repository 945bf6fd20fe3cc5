UPDATE "Order" SET "note" = 'ring twice' WHERE "number" = '2024-0002';
UPDATE "Product" SET "state" = 'ACTIVE';
