-- Cards are kept as answers are, so that they can be judged and shown again.
ALTER TABLE answer ADD COLUMN command TEXT NOT NULL DEFAULT 'ask';
ALTER TABLE thread ADD COLUMN command TEXT NOT NULL DEFAULT 'ask';

-- What is old is forgotten.
CREATE INDEX answer_by_time ON answer (at);
ALTER TABLE thread ADD COLUMN at INTEGER NOT NULL DEFAULT 0; -- when something was asked there last
UPDATE thread SET at = unixepoch();

-- In a file that takes another's place, a number means no answer that the other one had.
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'answer', unixepoch() WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'answer');
