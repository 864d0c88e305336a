-- Schema 5: since when prices are known and on how many posts the hot share rests. NULL in every row of before: not known.
--
-- When the newest of the prices was seen, that of a withdrawal included; NULL: no price was told, or it is not known.
ALTER TABLE snapshots ADD COLUMN priced_at INTEGER CHECK (priced_at >= 0);
-- NULL: there is no hot share, or it is not known.
ALTER TABLE snapshots ADD COLUMN hot_posts INTEGER CHECK (hot_posts BETWEEN 1 AND 255);
