//! Deleting a creator: the opposite of an import, and excluding one.

use domain::AuthorId;
use store::{Forgotten, StoreError};
use tokio::runtime::Builder;

use super::session;
use crate::error::{from_postgres, other};
use crate::snapshot_row::id_text;
use crate::target::Target;

const GROW: &str = "UPDATE meta SET creators_generation = creators_generation + 1, creator_count = creator_count - $1,
    reread_generation = reread_generation + $2";

/// Deletes what is held of a creator in one transaction.
pub(super) fn forget(target: &Target, author_id: &AuthorId) -> Result<Forgotten, StoreError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(other)?;
    runtime.block_on(async {
        let (connection, _) = session::begin(target).await?;
        let id = id_text(author_id);
        let delete = async |sql| connection.execute(sql, &[&id]).await.map_err(from_postgres);
        delete("DELETE FROM profiles WHERE author_id = $1").await?;
        let forgotten = Forgotten {
            states: delete("DELETE FROM creators WHERE author_id = $1").await?,
            snapshots: delete("DELETE FROM snapshots WHERE author_id = $1").await?,
            bought: delete("DELETE FROM bought WHERE author_id = $1").await?,
        };
        if forgotten != Forgotten::default() {
            let (states, reread) = (forgotten.states.cast_signed(), i64::from(forgotten.bought > 0));
            connection.execute(GROW, &[&states, &reread]).await.map_err(from_postgres)?;
        }
        connection.batch("COMMIT").await.map_err(from_postgres)?;
        Ok(forgotten)
    })
}
