-- CreateEnum
CREATE TYPE "review_state" AS ENUM ('visible', 'hidden by staff');

-- DropIndex
DROP INDEX "Product_title_idx";

-- CreateTable
CREATE TABLE "product_reviews" (
    "review_id" BIGSERIAL NOT NULL,
    "product_id" INTEGER NOT NULL,
    "author_id" INTEGER,
    "stars" SMALLINT NOT NULL,
    "body" TEXT NOT NULL DEFAULT 'it''s "fine"; really',
    "state" "review_state" NOT NULL DEFAULT 'visible',
    "meta" JSONB NOT NULL DEFAULT '{}',
    "written_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "product_reviews_pkey" PRIMARY KEY ("review_id")
);

-- CreateIndex
CREATE INDEX "idx_reviews_newest" ON "product_reviews"("product_id", "written_at" DESC);

-- CreateIndex
CREATE INDEX "product_reviews_meta_idx" ON "product_reviews" USING GIN ("meta" jsonb_path_ops);

-- CreateIndex
CREATE UNIQUE INDEX "one_review_each" ON "product_reviews"("product_id", "author_id");

-- CreateIndex
CREATE INDEX "Product_title_createdAt_idx" ON "Product"("title" DESC, "createdAt");

-- AddForeignKey
ALTER TABLE "product_reviews" ADD CONSTRAINT "fk_review_product" FOREIGN KEY ("product_id") REFERENCES "Product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_reviews" ADD CONSTRAINT "product_reviews_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;
