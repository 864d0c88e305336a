-- Schema 2: what servers have charged and not answered yet. How it is used: docs/money.md.

-- A row for each serving process with such calls, written with each batch of charges. When `beat` stands still the process has
-- died; then these calls become unknown, and the row goes.
CREATE TABLE unanswered (
    server INTEGER NOT NULL PRIMARY KEY,
    beat   INTEGER NOT NULL,
    -- Ids of calls, 16 bytes each.
    calls  BLOB    NOT NULL CHECK (length(calls) % 16 = 0)
) STRICT;
