exports.up = (pgm) => {
  pgm.noTransaction();
  pgm.createIndex('events', 'kind', { concurrently: true });
  pgm.dropIndex('events', 'at', { concurrently: true });
};

exports.down = (pgm) => {
  pgm.dropIndex('events', 'kind');
};
