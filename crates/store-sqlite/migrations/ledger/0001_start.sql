-- Schema 1 of the ledger: who calls, what they may do, have and used. Run once, in one transaction, by src/migrate.rs. What the
-- columns mean: docs/money.md. Kept apart from the creators' file, whose one write lock an import holds for as long as it
-- takes: a charge must not wait for that.
--
-- _micro_yuan is an amount in millionths of a yuan; _at is seconds and _ms milliseconds since 1970-01-01T00:00:00Z; a day is a
-- calendar day in Asia/Shanghai, counted from 1970-01-01: date(day * 86400, 'unixepoch') shows it.
-- States of calls: 0 held, 1 succeeded, 2 rejected, 3 unknown, 4 unusable. Endpoints are numbered in crates/catalog.

-- How often accounts, tokens and prices have changed, by whatever process: a server polls this one row.
CREATE TABLE meta (
    one                 INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    accounts_generation INTEGER NOT NULL CHECK (accounts_generation >= 0)
) STRICT;

INSERT INTO meta (one, accounts_generation) VALUES (1, 0);

-- Who may call.
CREATE TABLE accounts (
    account_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE CHECK (length(name) > 0),
    created_at INTEGER NOT NULL CHECK (created_at BETWEEN 0 AND 4294967295)
) STRICT;

-- What they call with. The secret itself is not here: only its keyed hash, and its first and last characters.
CREATE TABLE tokens (
    token_id   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (account_id),
    hash       BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    hint       TEXT NOT NULL,
    enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at INTEGER NOT NULL CHECK (created_at BETWEEN 0 AND 4294967295),
    -- Refused from this moment on; NULL: never.
    expires_at INTEGER CHECK (expires_at BETWEEN 0 AND 4294967295)
) STRICT;

CREATE INDEX tokens_by_account ON tokens (account_id);

-- What accounts have and used, and their limits; NULL: no limit.
CREATE TABLE account_books (
    account_id          INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (account_id),
    credited_micro_yuan INTEGER NOT NULL DEFAULT 0 CHECK (credited_micro_yuan BETWEEN 0 AND 1000000000000000),
    charged_micro_yuan  INTEGER NOT NULL DEFAULT 0 CHECK (charged_micro_yuan >= 0),
    held_micro_yuan     INTEGER NOT NULL DEFAULT 0 CHECK (held_micro_yuan >= 0),
    -- Successes and holds of `quota_day`, the last day with any.
    quota_day           INTEGER NOT NULL DEFAULT 0,
    quota_used          INTEGER NOT NULL DEFAULT 0 CHECK (quota_used >= 0),
    daily_quota         INTEGER CHECK (daily_quota >= 0),
    rate_per_s          INTEGER CHECK (rate_per_s > 0),
    rate_burst          INTEGER CHECK (rate_burst > 0),
    concurrent_max      INTEGER CHECK (concurrent_max > 0),
    CHECK (charged_micro_yuan + held_micro_yuan <= credited_micro_yuan),
    CHECK ((rate_per_s IS NULL) = (rate_burst IS NULL))
) STRICT;

CREATE TRIGGER book_of_account AFTER INSERT ON accounts
BEGIN
    INSERT INTO account_books (account_id) VALUES (NEW.account_id);
END;

-- The same for tokens, with what else they may do.
CREATE TABLE token_books (
    token_id               INTEGER NOT NULL PRIMARY KEY REFERENCES tokens (token_id),
    charged_micro_yuan     INTEGER NOT NULL DEFAULT 0 CHECK (charged_micro_yuan >= 0),
    held_micro_yuan        INTEGER NOT NULL DEFAULT 0 CHECK (held_micro_yuan >= 0),
    quota_day              INTEGER NOT NULL DEFAULT 0,
    quota_used             INTEGER NOT NULL DEFAULT 0 CHECK (quota_used >= 0),
    daily_quota            INTEGER CHECK (daily_quota >= 0),
    -- Over the token's life. Lowered below what is spent it refuses everything, so there is no CHECK of it.
    spending_cap_micro_yuan INTEGER CHECK (spending_cap_micro_yuan >= 0),
    rate_per_s             INTEGER CHECK (rate_per_s > 0),
    rate_burst             INTEGER CHECK (rate_burst > 0),
    concurrent_max         INTEGER CHECK (concurrent_max > 0),
    header_only            INTEGER NOT NULL DEFAULT 0 CHECK (header_only IN (0, 1)),
    -- Lists with spaces between: `author_cp_info:SHORT_VIDEO explain`, `192.0.2.0/24`; empty: everything.
    scopes                 TEXT NOT NULL DEFAULT '',
    addresses              TEXT NOT NULL DEFAULT '',
    CHECK ((rate_per_s IS NULL) = (rate_burst IS NULL))
) STRICT;

CREATE TRIGGER book_of_token AFTER INSERT ON tokens
BEGIN
    INSERT INTO token_books (token_id) VALUES (NEW.token_id);
END;

-- Money that came in. Never changed, never removed.
CREATE TABLE top_ups (
    top_up_id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- What makes a top-up happen once.
    idempotency_key   TEXT NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    account_id        INTEGER NOT NULL REFERENCES accounts (account_id),
    amount_micro_yuan INTEGER NOT NULL CHECK (amount_micro_yuan > 0),
    at_ms             INTEGER NOT NULL CHECK (at_ms >= 0),
    note              TEXT NOT NULL
) STRICT;

CREATE INDEX top_ups_by_account ON top_ups (account_id);

-- Calls whose price was taken or set aside, in the order of their time: the id begins with it. A call is the transfer of
-- `charged` from its account to the operator. Forgotten after a while; books and usage keep what they cost. No foreign keys:
-- charging reads the books of account and token anyway.
CREATE TABLE calls (
    call_id            BLOB NOT NULL PRIMARY KEY,
    account_id         INTEGER NOT NULL,
    token_id           INTEGER NOT NULL,
    endpoint           INTEGER NOT NULL,
    author_id          TEXT NOT NULL,
    platform           INTEGER NOT NULL,
    state              INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    price_micro_yuan   INTEGER NOT NULL CHECK (price_micro_yuan >= 0),
    charged_micro_yuan INTEGER NOT NULL CHECK (charged_micro_yuan IN (0, price_micro_yuan))
) STRICT, WITHOUT ROWID;

-- What is set aside. The row goes when the hold is resolved, in the transaction that resolves it.
CREATE TABLE holds (
    call_id       BLOB NOT NULL PRIMARY KEY,
    expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX holds_by_expiry ON holds (expires_at_ms);

-- Calls nobody knows the end of, for the operator to reconcile.
CREATE INDEX calls_unknown ON calls (call_id) WHERE state = 3;

-- Successes and what they cost, for ever.
CREATE TABLE usage (
    day                INTEGER NOT NULL,
    account_id         INTEGER NOT NULL,
    token_id           INTEGER NOT NULL,
    endpoint           INTEGER NOT NULL,
    calls              INTEGER NOT NULL CHECK (calls >= 0),
    charged_micro_yuan INTEGER NOT NULL CHECK (charged_micro_yuan >= 0),
    PRIMARY KEY (day, account_id, token_id, endpoint)
) STRICT, WITHOUT ROWID;

-- What was done under the idempotency keys of the last 24 hours, with the answer to give again.
CREATE TABLE done_once (
    account_id      INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    call_id         BLOB NOT NULL,
    request         BLOB NOT NULL CHECK (length(request) = 32),
    answer          BLOB NOT NULL,
    PRIMARY KEY (account_id, idempotency_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX done_once_by_call ON done_once (call_id);

CREATE TABLE prices (
    endpoint         INTEGER NOT NULL PRIMARY KEY CHECK (endpoint BETWEEN 0 AND 255),
    price_micro_yuan INTEGER NOT NULL CHECK (price_micro_yuan BETWEEN 0 AND 1000000000000000)
) STRICT;

-- What operators changed, each row written in the transaction of its change. Never changed, never removed.
CREATE TABLE audit (
    number  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL CHECK (at_ms >= 0),
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL CHECK (action <> ''),
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;
