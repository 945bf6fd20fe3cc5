/**
 * @type {import('node-pg-migrate').ColumnDefinitions | undefined}
 */
export const shorthands = undefined;

/**
 * @param pgm {import('node-pg-migrate').MigrationBuilder}
 * @param run {() => void | undefined}
 * @returns {Promise<void> | void}
 */
export const up = (pgm) => {
  // one row for each day
  pgm.createTable("daily", { day: { type: "date", primaryKey: true }, count: { type: "int", notNull: true, default: 0 } }, { ifNotExists: true });
  pgm.createIndex("daily", [{ name: "count", sort: "DESC" }], { name: "daily_top", ifNotExists: true });
};

/**
 * @param pgm {import('node-pg-migrate').MigrationBuilder}
 * @param run {() => void | undefined}
 * @returns {Promise<void> | void}
 */
export const down = (pgm) => {
  pgm.dropTable("daily");
};
