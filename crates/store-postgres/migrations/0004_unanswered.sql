-- Schema 4: what servers have charged and not answered yet. How it is used: docs/money.md.

-- A row for each serving process with such calls, written with each batch of charges. When `beat` stands still the process has
-- died; then these calls become unknown, and the row goes. Ids are random: compressing them would only cost time.
CREATE TABLE unanswered (
    server BIGINT NOT NULL PRIMARY KEY,
    beat   BIGINT NOT NULL,
    calls  UUID[] NOT NULL
) WITH (fillfactor = 50);

ALTER TABLE unanswered ALTER COLUMN calls SET STORAGE EXTERNAL;
