UPDATE "Order" SET "note" = 'ring twice' WHERE "number" = '2024-0002';
INSERT INTO "Order" ("number", "userId", "status", "total") VALUES ('2024-0003', 2, 'REFUNDED', 700);
UPDATE "Product" SET "state" = 'ACTIVE';
