-- Schema 13: since when prices are known and on how many posts the hot share rests. NULL in every row of before: not known.
ALTER TABLE snapshots
    -- When the newest of the prices was seen, that of a withdrawal included; NULL: no price was told, or it is not known.
    ADD COLUMN priced_at BIGINT CHECK (priced_at BETWEEN 0 AND 4294967295),
    -- NULL: there is no hot share, or it is not known.
    ADD COLUMN hot_posts BIGINT CHECK (hot_posts BETWEEN 1 AND 255);
