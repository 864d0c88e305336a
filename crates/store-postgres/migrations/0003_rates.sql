-- Schema 3: rates that several servers keep together (src/rates.rs), where they are told to.

-- When each bucket is full again, by the clock of this database. Unlogged, so that taking from one writes no log and waits for
-- no disk: a crash of the database, or a standby that takes over, finds all buckets full. A row for each token and account
-- with a rate that ever called; two thirds of each page stay free, so that taking makes no work for the index.
CREATE UNLOGGED TABLE rate_buckets (
    bucket     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    full_at_us BIGINT NOT NULL
) WITH (fillfactor = 33, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
