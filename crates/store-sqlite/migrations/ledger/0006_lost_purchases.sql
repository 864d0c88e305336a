-- Schema 6 of the ledger: of calls for which an upstream was asked that may have billed them for nothing: its name, how it failed
-- (docs/upstream.md) and when it was asked. NULL, all three: none, or not known.
ALTER TABLE calls ADD COLUMN lost_upstream TEXT;
ALTER TABLE calls ADD COLUMN lost_failure TEXT;
ALTER TABLE calls ADD COLUMN lost_sent_at_ms INTEGER;
