-- What tells this file from another: a cursor into the changes of one means nothing in another.
CREATE TABLE identity (value TEXT NOT NULL) STRICT;
INSERT INTO identity SELECT lower(hex(randomblob(8)));

-- What became of each document last. What is gone stays, so that whoever asks later hears of it.
CREATE TABLE change (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL UNIQUE,
    born INTEGER NOT NULL,             -- the number under which it appeared last
    at INTEGER NOT NULL,               -- seconds since 1970
    removed INTEGER NOT NULL,
    hash TEXT NOT NULL,
    title TEXT NOT NULL,
    path TEXT NOT NULL,
    collection TEXT NOT NULL
) STRICT;
