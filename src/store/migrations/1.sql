-- What was answered where, for the buttons under it and for judging the verdicts on it.
CREATE TABLE answer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,              -- seconds since 1970
    channel TEXT NOT NULL,            -- where it was asked, with the platform's name before it
    message TEXT,                     -- the message that holds the answer
    question TEXT NOT NULL,
    language TEXT NOT NULL,
    filter TEXT NOT NULL,             -- JSON
    reason TEXT,                      -- why it was declined, in words
    shown TEXT NOT NULL               -- the excerpts, JSON
) STRICT;
CREATE INDEX answer_by_message ON answer (message);

-- One verdict a person and answer. Who it was is not kept, only what tells two people apart.
CREATE TABLE feedback (
    answer INTEGER NOT NULL REFERENCES answer (id) ON DELETE CASCADE,
    voter TEXT NOT NULL,
    at INTEGER NOT NULL,
    good INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (answer, voter)
) STRICT, WITHOUT ROWID;

-- Threads that the bot opened, each with the question that was asked there last.
CREATE TABLE thread (
    id TEXT PRIMARY KEY,
    parent TEXT NOT NULL,
    question TEXT NOT NULL,
    hinted INTEGER NOT NULL DEFAULT 0 -- whether it was said there that messages cannot be read
) STRICT, WITHOUT ROWID;

-- Since when a document is as it is.
CREATE TABLE document (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
