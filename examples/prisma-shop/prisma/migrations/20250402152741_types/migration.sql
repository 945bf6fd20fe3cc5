/*
  Warnings:

  - You are about to alter the column `position` on the `Category` table. The data in that column could be lost. The data in that column will be cast from `Integer` to `SmallInt`.
  - You are about to alter the column `title` on the `Product` table. The data in that column could be lost. The data in that column will be cast from `Text` to `VarChar(200)`.
  - You are about to alter the column `weight` on the `Product` table. The data in that column could be lost. The data in that column will be cast from `DoublePrecision` to `Decimal(8,3)`.
  - Made the column `description` on table `Product` required. This step will fail if there are existing NULL values in that column.

*/
-- AlterTable
ALTER TABLE "Category" ALTER COLUMN "position" SET DATA TYPE SMALLINT;

-- AlterTable
ALTER TABLE "Order" ALTER COLUMN "total" SET DATA TYPE BIGINT,
ALTER COLUMN "placedAt" SET DATA TYPE TIMESTAMPTZ(3),
ALTER COLUMN "note" DROP NOT NULL,
ALTER COLUMN "note" DROP DEFAULT;

-- AlterTable
ALTER TABLE "Product" ALTER COLUMN "title" SET DATA TYPE VARCHAR(200),
ALTER COLUMN "description" SET NOT NULL,
ALTER COLUMN "weight" SET DATA TYPE DECIMAL(8,3),
ALTER COLUMN "state" SET DEFAULT 'ACTIVE';
