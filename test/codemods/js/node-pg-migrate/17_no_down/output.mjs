export const up = (pgm) => {
  pgm.createTable('tags', { name: { type: 'text', primaryKey: true } }, { ifNotExists: true });
  pgm.addColumn('posts', { tag: 'text' }, { ifNotExists: true });
  pgm.createType('color', ['red', 'green']);
};
