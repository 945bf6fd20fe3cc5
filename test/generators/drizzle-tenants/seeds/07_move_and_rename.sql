REFRESH MATERIALIZED VIEW "app"."totals";
UPDATE "app"."Members" SET "is_admin" = true WHERE "tenantId" = 2;
