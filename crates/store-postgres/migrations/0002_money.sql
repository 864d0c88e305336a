-- Schema 2: money and limits. What the columns mean: docs/money.md.
--
-- _micro_yuan is an amount in millionths of a yuan; _ms is milliseconds since 1970-01-01T00:00:00Z; a day is a calendar day
-- in Asia/Shanghai, counted from 1970-01-01: DATE '1970-01-01' + day shows it.
-- States of calls: 0 held, 1 succeeded, 2 rejected, 3 unknown, 4 unusable. Endpoints are numbered in crates/catalog.
--
-- Whoever changes books locks, in this order, each kind by its key: a hold, calls, account books, token books, the rest;
-- `meta` last of all (src/meter/mod.rs).

-- What accounts have and used, and their limits; NULL: no limit. Half of each page stays free, so that a new version of a
-- row finds room beside the old one and no index has to learn of it.
CREATE TABLE account_books (
    account_id          BIGINT  NOT NULL PRIMARY KEY REFERENCES accounts (account_id),
    credited_micro_yuan BIGINT  NOT NULL DEFAULT 0 CHECK (credited_micro_yuan BETWEEN 0 AND 1000000000000000),
    charged_micro_yuan  BIGINT  NOT NULL DEFAULT 0 CHECK (charged_micro_yuan >= 0),
    held_micro_yuan     BIGINT  NOT NULL DEFAULT 0 CHECK (held_micro_yuan >= 0),
    -- Successes and holds of `quota_day`, the last day with any.
    quota_used          BIGINT  NOT NULL DEFAULT 0 CHECK (quota_used >= 0),
    quota_day           INTEGER NOT NULL DEFAULT 0,
    daily_quota         BIGINT  CHECK (daily_quota >= 0),
    rate_per_s          BIGINT  CHECK (rate_per_s BETWEEN 1 AND 4294967295),
    rate_burst          BIGINT  CHECK (rate_burst BETWEEN 1 AND 4294967295),
    concurrent_max      BIGINT  CHECK (concurrent_max BETWEEN 1 AND 4294967295),
    CHECK (charged_micro_yuan + held_micro_yuan <= credited_micro_yuan),
    CHECK ((rate_per_s IS NULL) = (rate_burst IS NULL))
) WITH (fillfactor = 50);

INSERT INTO account_books (account_id) SELECT account_id FROM accounts;

-- Triggers rather than statements of the program: a release that knows nothing of books may still run on this schema for
-- as long as replicas are being replaced, and makes accounts too.
CREATE FUNCTION book_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO %I.account_books (account_id) VALUES ($1)', TG_TABLE_SCHEMA) USING NEW.account_id;
    RETURN NULL;
END $$;

CREATE TRIGGER book_of_account AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION book_of_account();

-- The same for tokens, with what else they may do.
CREATE TABLE token_books (
    token_id               BIGINT  NOT NULL PRIMARY KEY REFERENCES tokens (token_id),
    charged_micro_yuan     BIGINT  NOT NULL DEFAULT 0 CHECK (charged_micro_yuan >= 0),
    held_micro_yuan        BIGINT  NOT NULL DEFAULT 0 CHECK (held_micro_yuan >= 0),
    quota_used             BIGINT  NOT NULL DEFAULT 0 CHECK (quota_used >= 0),
    quota_day              INTEGER NOT NULL DEFAULT 0,
    header_only            BOOLEAN NOT NULL DEFAULT FALSE,
    daily_quota            BIGINT  CHECK (daily_quota >= 0),
    -- Over the token's life. Lowered below what is spent it refuses everything, so there is no CHECK of it.
    spending_cap_micro_yuan BIGINT CHECK (spending_cap_micro_yuan >= 0),
    rate_per_s             BIGINT  CHECK (rate_per_s BETWEEN 1 AND 4294967295),
    rate_burst             BIGINT  CHECK (rate_burst BETWEEN 1 AND 4294967295),
    concurrent_max         BIGINT  CHECK (concurrent_max BETWEEN 1 AND 4294967295),
    -- Lists with spaces between: `author_cp_info:SHORT_VIDEO explain`, `192.0.2.0/24`; empty: everything.
    scopes                 TEXT    NOT NULL DEFAULT '',
    addresses              TEXT    NOT NULL DEFAULT '',
    CHECK ((rate_per_s IS NULL) = (rate_burst IS NULL))
) WITH (fillfactor = 50);

INSERT INTO token_books (token_id) SELECT token_id FROM tokens;

CREATE FUNCTION book_of_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO %I.token_books (token_id) VALUES ($1)', TG_TABLE_SCHEMA) USING NEW.token_id;
    RETURN NULL;
END $$;

CREATE TRIGGER book_of_token AFTER INSERT ON tokens FOR EACH ROW EXECUTE FUNCTION book_of_token();

-- Money that came in. Never changed, never removed.
CREATE TABLE top_ups (
    top_up_id         BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- What makes a top-up happen once.
    idempotency_key   TEXT COLLATE "C" NOT NULL UNIQUE CHECK (idempotency_key <> ''),
    account_id        BIGINT NOT NULL REFERENCES accounts (account_id),
    amount_micro_yuan BIGINT NOT NULL CHECK (amount_micro_yuan > 0),
    at_ms             BIGINT NOT NULL CHECK (at_ms >= 0),
    note              TEXT   NOT NULL
);

CREATE INDEX top_ups_by_account ON top_ups (account_id);

-- Calls whose price was taken or set aside, in the order of their time: the id begins with it. A call is the transfer of
-- `charged` from its account to the operator. Forgotten after a while; books and usage keep what they cost. No foreign keys:
-- charging reads the books of account and token anyway. Columns are in the order in which they need no padding.
CREATE TABLE calls (
    call_id            UUID     NOT NULL PRIMARY KEY,
    account_id         BIGINT   NOT NULL,
    token_id           BIGINT   NOT NULL,
    price_micro_yuan   BIGINT   NOT NULL CHECK (price_micro_yuan >= 0),
    charged_micro_yuan BIGINT   NOT NULL CHECK (charged_micro_yuan IN (0, price_micro_yuan)),
    endpoint           SMALLINT NOT NULL,
    platform           SMALLINT NOT NULL,
    state              SMALLINT NOT NULL CHECK (state BETWEEN 0 AND 4),
    author_id          TEXT COLLATE "C" NOT NULL
);

-- What is set aside. The row goes when the hold is resolved, in the transaction that resolves it.
CREATE TABLE holds (
    call_id       UUID   NOT NULL PRIMARY KEY,
    expires_at_ms BIGINT NOT NULL
);

CREATE INDEX holds_by_expiry ON holds (expires_at_ms);

-- Calls nobody knows the end of, for the operator to reconcile.
CREATE INDEX calls_unknown ON calls (call_id) WHERE state = 3;

-- Successes and what they cost, for ever.
CREATE TABLE usage (
    day                INTEGER  NOT NULL,
    endpoint           SMALLINT NOT NULL,
    account_id         BIGINT   NOT NULL,
    token_id           BIGINT   NOT NULL,
    calls              BIGINT   NOT NULL CHECK (calls >= 0),
    charged_micro_yuan BIGINT   NOT NULL CHECK (charged_micro_yuan >= 0),
    PRIMARY KEY (day, account_id, token_id, endpoint)
) WITH (fillfactor = 70);

-- What was done under the idempotency keys of the last 24 hours, with the answer to give again.
CREATE TABLE done_once (
    account_id      BIGINT NOT NULL,
    call_id         UUID   NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    request         BYTEA  NOT NULL CHECK (length(request) = 32),
    answer          BYTEA  NOT NULL,
    PRIMARY KEY (account_id, idempotency_key)
);

CREATE INDEX done_once_by_call ON done_once (call_id);

CREATE TABLE prices (
    endpoint         SMALLINT NOT NULL PRIMARY KEY CHECK (endpoint BETWEEN 0 AND 255),
    price_micro_yuan BIGINT   NOT NULL CHECK (price_micro_yuan BETWEEN 0 AND 1000000000000000)
);

-- What operators changed, each row written in the transaction of its change. Never changed, never removed. Numbers have no
-- gaps and grow in the order of the commits: they are given while the row of `meta` is locked.
CREATE TABLE audit (
    number  BIGINT NOT NULL PRIMARY KEY CHECK (number >= 1),
    at_ms   BIGINT NOT NULL CHECK (at_ms >= 0),
    actor   TEXT   NOT NULL,
    action  TEXT   NOT NULL CHECK (action <> ''),
    subject TEXT   NOT NULL,
    detail  TEXT   NOT NULL
);
