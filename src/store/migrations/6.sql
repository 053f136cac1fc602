-- Whether a document was known before it was as it is.
ALTER TABLE document ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
