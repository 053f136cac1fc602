-- Where documents come from by themselves, and how it went.
CREATE TABLE source (
    name TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    tried INTEGER,                      -- seconds since 1970
    succeeded INTEGER,
    failing_since INTEGER,              -- nothing while it succeeds
    reason TEXT,                        -- why it fails, in words for the operator
    failures INTEGER NOT NULL DEFAULT 0,-- how often in a row
    next INTEGER NOT NULL DEFAULT 0,    -- not looked at before
    etag TEXT,
    modified TEXT,
    left_out INTEGER NOT NULL DEFAULT 0 -- links to other servers, which are not followed
) STRICT, WITHOUT ROWID;

-- What a source lists, and what became of it.
CREATE TABLE source_item (
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT,
    date TEXT,
    version TEXT,                       -- what the source says tells this state from others
    listed INTEGER NOT NULL,            -- when it was listed last
    path TEXT,                          -- the file under the knowledge folder
    hash TEXT,                          -- of the file as it was fetched
    sidecar TEXT,                       -- hash of the sidecar as it was written
    fetched_version TEXT,
    etag TEXT,
    modified TEXT,
    checked INTEGER,                    -- when the server was asked last
    failures INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    next INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, url)
) STRICT, WITHOUT ROWID;
