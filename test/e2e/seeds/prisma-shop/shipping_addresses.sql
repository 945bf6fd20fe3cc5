UPDATE "User" SET "fullName" = 'Ada L.' WHERE "email" = 'ada@example.org';
INSERT INTO "ShippingAddress" ("userId", "line1", "line2", "city") VALUES (2, 'Hauptstraße 1', 'Hinterhof', 'Köln');
