-- Schema 9 of the ledger: which server set a price aside, by the number that it drew: what a server that died left on hold is ended
-- without waiting for its expiry. NULL: not known.
ALTER TABLE holds ADD COLUMN server INTEGER;
