-- Schema 5 of the ledger: how often the figures of bought answers were replaced by those read again, so that servers that hold such
-- figures see that they changed.
ALTER TABLE meta ADD COLUMN reread_generation INTEGER NOT NULL DEFAULT 0 CHECK (reread_generation >= 0);
