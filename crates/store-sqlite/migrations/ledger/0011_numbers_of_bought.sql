-- Schema 11 of the ledger: the highest number of a bought answer that was removed with its creator, so that none is given twice.
-- Written when a creator is deleted and never with a purchase, as AUTOINCREMENT would be. 0: none was, or before this was kept.
ALTER TABLE meta ADD COLUMN bought_removed_to INTEGER NOT NULL DEFAULT 0 CHECK (bought_removed_to >= 0);
