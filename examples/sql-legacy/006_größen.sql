-- Größen und Übergrößen
CREATE TYPE "Größe" AS ENUM ('klein', 'groß', 'übergroß');

CREATE TABLE "Maße" (
  "Artikel" integer NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  "Größe" "Größe" NOT NULL DEFAULT 'groß',
  "Länge in ㎜" integer CHECK ("Länge in ㎜" > 0),
  "Notiz" text DEFAULT E'„so, oder so“ – \U0001F4D0',
  PRIMARY KEY ("Artikel", "Größe")
);

CREATE INDEX "Maße nach Länge" ON "Maße" ("Länge in ㎜" DESC NULLS LAST);
COMMENT ON TABLE "Maße" IS '📏 nachgemessen';
