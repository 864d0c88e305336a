-- Schema 5: the calls of one account are found without reading those of the others.

CREATE INDEX calls_by_account ON calls (account_id, call_id);
