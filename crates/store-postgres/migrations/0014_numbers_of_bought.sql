-- Schema 14: the highest number of a bought answer that was removed while everything was in SQLite, which gives numbers by it. Kept for
-- a move from there alone: here an identity gives them, none twice.
ALTER TABLE meta ADD COLUMN bought_removed_to BIGINT NOT NULL DEFAULT 0 CHECK (bought_removed_to >= 0);
