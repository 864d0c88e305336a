-- Schema 3 of the ledger: the calls of one account are found without reading those of the others.

CREATE INDEX calls_by_account ON calls (account_id, call_id);
