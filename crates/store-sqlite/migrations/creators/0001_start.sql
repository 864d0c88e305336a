-- Schema 1. Run once, in one transaction, by src/migrate.rs.
--
-- Units are in the column names: _fen is an amount in fen (1/100 yuan), _bp is basis points (1200 is 12.00 %),
-- _at and as_of are seconds since 1970-01-01T00:00:00Z: datetime(as_of, 'unixepoch') shows them.
--
-- Platforms: 0 SHORT_VIDEO, 1 LIVE_STREAMING, 2 PICTURE_TEXT, 3 SHORT_DRAMA.
-- Tiers: 1_20, 21_60 and over_60 are lengths in seconds (SHORT_VIDEO); single is the one price of the other platforms.

-- How often things have changed, by whatever process: a server polls this one row instead of the tables.
CREATE TABLE meta (
    one                 INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    creators_generation INTEGER NOT NULL CHECK (creators_generation >= 0),
    accounts_generation INTEGER NOT NULL CHECK (accounts_generation >= 0),
    -- Rows in `creators`, kept here because counting half a gigabyte of rows takes a second.
    creator_count       INTEGER NOT NULL CHECK (creator_count >= 0)
) STRICT;

INSERT INTO meta (one, creators_generation, accounts_generation, creator_count) VALUES (1, 0, 0, 0);

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

-- What is held of a creator on a platform; imports merge into it. The blobs are written and read by src/codec.
-- Kept in the order in which imports come, so that filling the table appends to it. The checks of this table and the
-- next are comparisons only: a function call in each of a million rows is what an import would notice.
CREATE TABLE creators (
    author_id TEXT NOT NULL CHECK (author_id > ''),
    platform  INTEGER NOT NULL CHECK (platform BETWEEN 0 AND 3),
    -- The latest posts, at most 64.
    posts     BLOB NOT NULL,
    -- The prices seen, and when; NULL: none. The prices behind each estimate are plain columns of `snapshots`.
    rate_card BLOB,
    -- Xingtu's own figures; NULL: none. They are plain columns of `snapshots` too, with source 1.
    reported  BLOB,
    PRIMARY KEY (author_id, platform)
) STRICT, WITHOUT ROWID;

-- Figures, one row whenever they changed; never changed afterwards. The largest `number` of a source is what is served.
-- No foreign key to `creators`: imports write both rows together, and the check would cost them a seek per row.
CREATE TABLE snapshots (
    author_id             TEXT NOT NULL CHECK (author_id > ''),
    platform              INTEGER NOT NULL CHECK (platform BETWEEN 0 AND 3),
    -- 0: our own estimate; 1: reported by Xingtu.
    source                INTEGER NOT NULL CHECK (source IN (0, 1)),
    -- 1, 2, 3 … within creator, platform and source.
    number                INTEGER NOT NULL CHECK (number >= 1),
    -- Name and version of the method.
    method                TEXT NOT NULL CHECK (method > ''),
    -- The moment of the newest fact behind the figures.
    as_of                 INTEGER NOT NULL CHECK (as_of >= 0),
    -- When the import ran.
    recorded_at           INTEGER NOT NULL CHECK (recorded_at >= 0),
    expected_views        INTEGER NOT NULL CHECK (expected_views >= 0),
    -- NULL: unknown.
    expected_interactions INTEGER CHECK (expected_interactions >= 0),
    -- Quartiles of expected views; NULL: the method tells none.
    p25_views             INTEGER CHECK (p25_views >= 0),
    p75_views             INTEGER CHECK (p75_views >= 0),
    hot_item_bp           INTEGER NOT NULL CHECK (hot_item_bp >= 0),
    -- What a placement costs; NULL: not offered.
    price_1_20_fen        INTEGER CHECK (price_1_20_fen > 0),
    price_21_60_fen       INTEGER CHECK (price_21_60_fen > 0),
    price_over_60_fen     INTEGER CHECK (price_over_60_fen > 0),
    price_single_fen      INTEGER CHECK (price_single_fen > 0),
    -- Cost of 1,000 views, truncated; NULL: no price, or no view expected.
    cpm_1_20_fen          INTEGER CHECK (cpm_1_20_fen >= 0),
    cpm_21_60_fen         INTEGER CHECK (cpm_21_60_fen >= 0),
    cpm_over_60_fen       INTEGER CHECK (cpm_over_60_fen >= 0),
    cpm_single_fen        INTEGER CHECK (cpm_single_fen >= 0),
    -- Cost of one interaction, truncated; NULL: no price, or interactions unknown.
    cpe_1_20_fen          INTEGER CHECK (cpe_1_20_fen >= 0),
    cpe_21_60_fen         INTEGER CHECK (cpe_21_60_fen >= 0),
    cpe_over_60_fen       INTEGER CHECK (cpe_over_60_fen >= 0),
    cpe_single_fen        INTEGER CHECK (cpe_single_fen >= 0),
    CHECK ((p25_views IS NULL) = (p75_views IS NULL) AND p25_views <= p75_views),
    PRIMARY KEY (author_id, platform, source, number)
) STRICT, WITHOUT ROWID;
