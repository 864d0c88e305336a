-- Schema 11: money that went out again, of a top-up that was wrong or paid back. Never changed, never removed.
CREATE TABLE withdrawals (
    withdrawal_id     BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- What makes a withdrawal happen once.
    idempotency_key   TEXT COLLATE "C" NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    account_id        BIGINT NOT NULL REFERENCES accounts (account_id),
    amount_micro_yuan BIGINT NOT NULL CHECK (amount_micro_yuan > 0),
    at_ms             BIGINT NOT NULL CHECK (at_ms >= 0),
    note              TEXT   NOT NULL
);

CREATE INDEX withdrawals_by_account ON withdrawals (account_id);
