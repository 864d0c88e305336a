-- Schema 4 of the ledger: what was bought from upstreams (docs/upstream.md), and what all servers know of them. Here and not in
-- the creators' file, so that an import never makes anybody wait who keeps a paid answer.
--
-- _micro_yuan is an amount in millionths of a yuan, _fen in fen (1/100 yuan); _bp is basis points; at is seconds and _ms
-- milliseconds since 1970-01-01T00:00:00Z; a day is a calendar day in Asia/Shanghai, counted from 1970-01-01.
-- Platforms and tiers are those of migrations/creators/0001_start.sql.

-- Paid answers, kept until their creator is deleted; bodies are forgotten before.
CREATE TABLE bought (
    -- 1, 2, 3 … None is given twice: 0011_numbers_of_bought.sql.
    number           INTEGER NOT NULL PRIMARY KEY,
    author_id        TEXT    NOT NULL CHECK (author_id > ''),
    platform         INTEGER NOT NULL CHECK (platform BETWEEN 0 AND 3),
    upstream         TEXT    NOT NULL CHECK (upstream > ''),
    -- A second of it fits where snapshots keep theirs.
    received_at_ms   INTEGER NOT NULL CHECK (received_at_ms BETWEEN 0 AND 4294967295999),
    price_micro_yuan INTEGER NOT NULL CHECK (price_micro_yuan >= 0),
    -- The figures; all NULL: they could not be read. A cost is NULL where its tier has none.
    expected_views   INTEGER CHECK (expected_views >= 0),
    hot_item_bp      INTEGER CHECK (hot_item_bp BETWEEN 0 AND 4294967295),
    cpm_1_20_fen     INTEGER CHECK (cpm_1_20_fen >= 0),
    cpm_21_60_fen    INTEGER CHECK (cpm_21_60_fen >= 0),
    cpm_over_60_fen  INTEGER CHECK (cpm_over_60_fen >= 0),
    cpm_single_fen   INTEGER CHECK (cpm_single_fen >= 0),
    cpe_1_20_fen     INTEGER CHECK (cpe_1_20_fen >= 0),
    cpe_21_60_fen    INTEGER CHECK (cpe_21_60_fen >= 0),
    cpe_over_60_fen  INTEGER CHECK (cpe_over_60_fen >= 0),
    cpe_single_fen   INTEGER CHECK (cpe_single_fen >= 0),
    -- As it came, compressed with zstd; NULL: forgotten.
    body             BLOB CHECK (body <> x''),
    CHECK ((expected_views IS NULL) = (hot_item_bp IS NULL)),
    CHECK (expected_views IS NOT NULL OR coalesce(cpm_1_20_fen, cpm_21_60_fen, cpm_over_60_fen, cpm_single_fen,
                                                  cpe_1_20_fen, cpe_21_60_fen, cpe_over_60_fen, cpe_single_fen) IS NULL)
) STRICT;

-- In the order of their numbers, which SQLite adds to any index.
CREATE INDEX bought_by_creator ON bought (author_id, platform);

-- Bodies that can be forgotten.
CREATE INDEX bought_with_body ON bought (received_at_ms) WHERE body IS NOT NULL;

-- What keeps all servers from asking an upstream.
CREATE TABLE upstreams (
    name                  TEXT    NOT NULL PRIMARY KEY CHECK (name > ''),
    -- NULL: not parked. One that is over may still stand here.
    parked_until_ms       INTEGER CHECK (parked_until_ms >= 0),
    -- The business code it is parked for.
    parked_code           INTEGER CHECK (parked_code BETWEEN 0 AND 65535),
    breaker_open_until_ms INTEGER NOT NULL DEFAULT 0 CHECK (breaker_open_until_ms >= 0),
    breaker_openings      INTEGER NOT NULL DEFAULT 0 CHECK (breaker_openings BETWEEN 0 AND 4294967295),
    CHECK ((parked_until_ms IS NULL) = (parked_code IS NULL))
) STRICT, WITHOUT ROWID;

-- What was reserved and not released.
CREATE TABLE upstream_spending (
    upstream         TEXT    NOT NULL CHECK (upstream > ''),
    day              INTEGER NOT NULL,
    spent_micro_yuan INTEGER NOT NULL CHECK (spent_micro_yuan >= 0),
    PRIMARY KEY (upstream, day)
) STRICT, WITHOUT ROWID;

-- What each server told last of an upstream.
CREATE TABLE upstream_status (
    server   TEXT    NOT NULL,
    upstream TEXT    NOT NULL,
    at       INTEGER NOT NULL CHECK (at BETWEEN 0 AND 4294967295),
    -- JSON.
    status   TEXT    NOT NULL,
    PRIMARY KEY (upstream, server)
) STRICT, WITHOUT ROWID;
