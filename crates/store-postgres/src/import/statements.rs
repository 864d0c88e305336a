//! The statements of an import.

use std::sync::LazyLock;

use store::SNAPSHOT_COLUMNS;
use tokio_postgres::types::Type;

use crate::creators::newest_sql;
use crate::profile_row;

/// Imports exclude one another: what one reads must not change before it has written. Advisory locks are of the whole
/// database, so the schema is in the key. Imports are long, so the wait is.
///
/// A table that is filled in this transaction has no statistics yet; without them the planner may read the whole of it
/// for each batch instead of seeking a thousand keys.
pub(super) const BEGIN: &str = "BEGIN;
    SET LOCAL lock_timeout = '10min';
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off;
    SELECT pg_advisory_xact_lock(hashtextextended('astrolabe import into ' || current_schema(), 0))";

/// Whether nothing is held, which saves every look-up of the first import. A statement of its own, for it has to see
/// what was committed while the lock was waited for.
pub(super) const IS_EMPTY: &str = "SELECT creator_count = 0 FROM meta";

/// What is held of creators, with the place of each in the question.
pub(super) static STATES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT posts, rate_card, reported, {}, place
         FROM unnest($1::text[], $2::smallint[]) WITH ORDINALITY AS asked (id, on_platform, place)
         JOIN creators ON author_id = id AND platform = on_platform
         LEFT JOIN profiles USING (author_id, platform)",
        profile_row::COLUMNS
    )
});

/// Where [`STATES`] has the place.
pub(super) const STATES_PLACE: usize = 9;

/// Writes profiles, whether they have a row or not.
pub(super) static WRITE_PROFILES: LazyLock<String> = LazyLock::new(|| {
    let columns = profile_row::COLUMNS;
    let excluded = columns.split(", ").map(|column| format!("excluded.{column}")).collect::<Vec<_>>().join(", ");
    format!(
        "INSERT INTO profiles (author_id, platform, {columns})
         SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[],
                              $7::text[], $8::bigint[])
         ON CONFLICT (author_id, platform) DO UPDATE SET ({columns}) = ROW ({excluded})"
    )
});

/// The newest snapshots of creators, with the place of each creator in the question.
pub(super) static NEWEST: LazyLock<String> = LazyLock::new(|| {
    let newest = newest_sql("id", "on_platform");
    format!(
        "SELECT {SNAPSHOT_COLUMNS}, place
         FROM unnest($1::text[], $2::smallint[]) WITH ORDINALITY AS asked (id, on_platform, place)
         CROSS JOIN LATERAL ({newest}) AS newest"
    )
});

/// Takes new states, in binary.
pub(super) const COPY_STATES: &str =
    "COPY creators (author_id, platform, posts, rate_card, reported) FROM STDIN (FORMAT binary)";

/// The types of [`COPY_STATES`].
pub(super) const STATE_TYPES: [Type; 5] = [Type::TEXT, Type::INT2, Type::BYTEA, Type::BYTEA, Type::BYTEA];

/// Takes snapshots, in binary.
pub(super) static COPY_SNAPSHOTS: LazyLock<String> =
    LazyLock::new(|| format!("COPY snapshots ({SNAPSHOT_COLUMNS}) FROM STDIN (FORMAT binary)"));

/// Replaces states.
pub(super) const UPDATE_STATES: &str = "UPDATE creators
    SET posts = new.posts, rate_card = new.rate_card, reported = new.reported
    FROM unnest($1::text[], $2::smallint[], $3::bytea[], $4::bytea[], $5::bytea[])
        AS new (id, on_platform, posts, rate_card, reported)
    WHERE author_id = id AND platform = on_platform";

/// Tells the other processes that something changed. Last, for the row is locked from then to the commit.
pub(super) const GROW: &str =
    "UPDATE meta SET creators_generation = creators_generation + 1, creator_count = creator_count + $1";
