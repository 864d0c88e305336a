-- Schema 7: what is known of creators besides posts and prices.
--
-- A table of its own: creators of whom nothing is told cost nothing, and who looks at all profiles reads no posts.
-- Each figure has the moment it was told; both are NULL where no source told it.
CREATE TABLE profiles (
    author_id       TEXT COLLATE "C" NOT NULL CHECK (author_id > ''),
    platform        SMALLINT NOT NULL CHECK (platform BETWEEN 0 AND 3),
    followers       BIGINT CHECK (followers >= 0),
    followers_as_of BIGINT CHECK (followers_as_of >= 0),
    category        TEXT,
    category_as_of  BIGINT CHECK (category_as_of >= 0),
    name            TEXT,
    name_as_of      BIGINT CHECK (name_as_of >= 0),
    CHECK ((followers IS NULL) = (followers_as_of IS NULL)),
    CHECK ((category IS NULL) = (category_as_of IS NULL)),
    CHECK ((name IS NULL) = (name_as_of IS NULL)),
    PRIMARY KEY (author_id, platform)
);
