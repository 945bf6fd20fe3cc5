UPDATE "app"."bills" SET "total" = "price" * "quantity";
