-- Schema 3: the ledger has a file of its own, with its own migrations (migrations/ledger). What these tables hold was copied
-- there before, by src/apart.rs.

DROP TABLE account_books;
DROP TABLE token_books;
DROP TABLE top_ups;
DROP TABLE tokens;
DROP TABLE accounts;
DROP TABLE calls;
DROP TABLE holds;
DROP TABLE usage;
DROP TABLE done_once;
DROP TABLE prices;
DROP TABLE audit;

ALTER TABLE meta DROP COLUMN accounts_generation;
