-- Prisma would have dropped "name" and added an empty "fullName".

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "fullName" TEXT;

-- Keep what people told us
UPDATE "User" SET "fullName" = "name";

-- AlterTable
ALTER TABLE "User" DROP COLUMN "name";
