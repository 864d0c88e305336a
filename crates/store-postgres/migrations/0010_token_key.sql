-- Schema 10: by what the key that tokens are hashed with is recognised; NULL: none was used yet.
ALTER TABLE meta ADD COLUMN token_key_mark BYTEA CHECK (length(token_key_mark) = 32);
