CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE old_mood AS ENUM ('x');
