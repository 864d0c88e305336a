-- Schema 15: how old the facts of a bought answer were when it was received, in seconds, as far as its upstream told.
ALTER TABLE bought ADD COLUMN age_s BIGINT NOT NULL DEFAULT 0 CHECK (age_s BETWEEN 0 AND 4294967295);
