-- Schema 8 of the ledger: money that went out again, of a top-up that was wrong or paid back. Never changed, never removed.
CREATE TABLE withdrawals (
    withdrawal_id     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- What makes a withdrawal happen once.
    idempotency_key   TEXT NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    account_id        INTEGER NOT NULL REFERENCES accounts (account_id),
    amount_micro_yuan INTEGER NOT NULL CHECK (amount_micro_yuan > 0),
    at_ms             INTEGER NOT NULL CHECK (at_ms >= 0),
    note              TEXT NOT NULL
) STRICT;

CREATE INDEX withdrawals_by_account ON withdrawals (account_id);
