UPDATE "articles" SET "keywords" = '{a,b}', "price" = 9.99 WHERE "headline" = 'Later';
