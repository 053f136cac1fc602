-- Who follows what.
CREATE TABLE subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,              -- a user, the platform's name before it
    target TEXT NOT NULL,             -- where it is told, the platform's name before it
    direct TEXT NOT NULL,             -- where the owner is reached alone
    what TEXT NOT NULL,               -- JSON
    rhythm TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,              -- draft, active, paused, lost
    reason TEXT,                      -- why it is lost
    since INTEGER NOT NULL            -- seconds since 1970
) STRICT;
CREATE INDEX subscription_by_target ON subscription (target);

-- Contents of documents that were compared with what people follow, wherever they stood; '' says that the
-- first import was.
CREATE TABLE compared (
    hash TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- What was there before following was, is no news.
INSERT OR IGNORE INTO compared (hash, at) SELECT hash, since FROM document;
INSERT INTO compared (hash, at) SELECT '', unixepoch() WHERE EXISTS (SELECT 1 FROM document);

-- The last version of each document, to tell what a correction changed.
CREATE TABLE version (
    document TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    minutes TEXT,                     -- what tells that another file has the same minutes
    sentences TEXT NOT NULL           -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX version_by_minutes ON version (minutes);

-- What is sent: one message to one place.
CREATE TABLE letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,         -- what platforms know a second copy by
    kind TEXT NOT NULL,               -- news, lost
    about TEXT NOT NULL DEFAULT '',   -- what is lost, JSON
    state TEXT NOT NULL,              -- open, sent, dead, void
    at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    tried INTEGER,                    -- when it was last tried
    next INTEGER NOT NULL,            -- when it is tried next
    error TEXT
) STRICT;
CREATE INDEX letter_by_state ON letter (state, next);

-- That a follower is to hear of a matter in a version of a document.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription INTEGER NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    document TEXT NOT NULL,
    matter TEXT NOT NULL,             -- '' where the document as a whole is meant
    correction TEXT,                  -- JSON, where it corrects what was told before
    at INTEGER NOT NULL,
    due INTEGER NOT NULL,
    letter INTEGER REFERENCES letter (id),
    state TEXT NOT NULL,              -- waiting, taken, told, void
    UNIQUE (subscription, hash, matter)
) STRICT;
CREATE INDEX notice_by_state ON notice (state, due);
CREATE INDEX notice_by_letter ON notice (letter);

-- How often this file was changed, which a small file beside it has too: a copy that was put back has less.
CREATE TABLE mark (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO mark (id, number) VALUES (1, 0);
-- In a file that takes another's place, a number means no subscription that the other one had.
INSERT INTO sqlite_sequence (name, seq)
    SELECT name, unixepoch() FROM (SELECT 'subscription' AS name UNION SELECT 'letter' UNION SELECT 'notice') AS new
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE sqlite_sequence.name = new.name);
