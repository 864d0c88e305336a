//! The thread that holds the transaction: looks up, writes, commits.

use std::pin::pin;
use std::sync::mpsc::{Receiver, Sender};

use domain::{CreatorKey, Label, Profile, Told};
use store::{ImportOutcome, SNAPSHOT_COLUMN_COUNT, SnapshotRow, StoreError};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use tokio_postgres::{Error, Row};

use super::batch::{Batch, Held, StateRow};
use super::{Answer, Job, statements};
use crate::connection::Connection;
use crate::creators::read_state;
use crate::error::{column, describe, from_postgres, is_lost, other};
use crate::snapshot_row::{self, id_text};
use crate::target::Target;

/// An open transaction. Dropped without a commit it closes its connection, and the server rolls back.
pub(super) struct Session {
    runtime: Runtime,
    connection: Connection,
    /// Whether nothing was held when the import began.
    is_first: bool,
    added: i64,
}

impl Session {
    /// Connects, begins, and waits until no other import runs.
    pub(super) fn begin(target: &Target) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(other)?;
        let (connection, is_first) = runtime.block_on(begin(target))?;
        Ok(Self { runtime, connection, is_first, added: 0 })
    }

    /// Does the jobs until the commit.
    ///
    /// # Errors
    /// Those of the database; [`StoreError::Database`] when the other side hung up before the commit.
    pub(super) fn run(mut self, jobs: &Receiver<Job>, answers: &Sender<Answer>) -> Result<(), StoreError> {
        for job in jobs {
            match job {
                Job::Look(keys) => {
                    let held = self.runtime.block_on(self.look_up(&keys))?;
                    // The other side is gone when it panics; the loop then ends.
                    let _ = answers.send(held);
                }
                Job::Write(batch) => {
                    self.runtime.block_on(self.write(&batch))?;
                    self.added += batch.new_states.len() as i64;
                }
                Job::Commit(outcome) => return self.runtime.block_on(self.commit(outcome)),
            }
        }
        Err(other("the import was given up"))
    }

    async fn look_up(&self, keys: &[CreatorKey]) -> Result<Answer, StoreError> {
        let mut held: Answer = keys.iter().map(|_| Held::default()).collect();
        if self.is_first {
            return Ok(held);
        }
        let (ids, platforms) = key_columns(keys);
        let values: crate::connection::Values<'_> = &[&ids, &platforms];
        let states = self.connection.query(statements::STATES.as_str(), values);
        let newest = self.connection.query(statements::NEWEST.as_str(), values);
        let (states, newest) = tokio::try_join!(states, newest).map_err(from_postgres)?;
        for row in &states {
            held[place(row, statements::STATES_PLACE, keys)?].state = Some(read_state(row)?);
        }
        for row in &newest {
            let place = place(row, SNAPSHOT_COLUMN_COUNT, keys)?;
            held[place].newest.push(snapshot_row::read(&keys[place], row)?);
        }
        Ok(held)
    }

    async fn write(&self, batch: &Batch) -> Result<(), StoreError> {
        if !batch.new_states.is_empty() {
            self.copy_states(&batch.new_states).await.map_err(from_postgres)?;
        }
        if !batch.changed_states.is_empty() {
            self.update_states(&batch.changed_states).await.map_err(from_postgres)?;
        }
        if !batch.profiles.is_empty() {
            self.write_profiles(&batch.profiles).await.map_err(from_postgres)?;
        }
        if !batch.snapshots.is_empty() {
            self.copy_snapshots(&batch.snapshots).await?;
        }
        Ok(())
    }

    async fn copy_states(&self, rows: &[StateRow]) -> Result<(), Error> {
        let mut writer = pin!(self.copy_in(statements::COPY_STATES, &statements::STATE_TYPES).await?);
        for row in rows {
            let StateRow { key, posts, rate_card, reported } = row;
            let platform = i16::from(key.platform.number());
            writer.as_mut().write(&[&id_text(&key.author_id), &platform, posts, rate_card, reported]).await?;
        }
        writer.finish().await.map(|_| ())
    }

    async fn copy_snapshots(&self, rows: &[SnapshotRow]) -> Result<(), StoreError> {
        let writer = self.copy_in(statements::COPY_SNAPSHOTS.as_str(), &snapshot_row::types()).await;
        let mut writer = pin!(writer.map_err(from_postgres)?);
        for row in rows {
            let values = snapshot_row::Values::of(row)?;
            writer.as_mut().write(&values.to_array()).await.map_err(from_postgres)?;
        }
        writer.finish().await.map(|_| ()).map_err(from_postgres)
    }

    async fn copy_in(&self, sql: &'static str, types: &[Type]) -> Result<BinaryCopyInWriter, Error> {
        let statement = self.connection.prepare(sql).await?;
        Ok(BinaryCopyInWriter::new(self.connection.client().copy_in(&statement).await?, types))
    }

    async fn update_states(&self, rows: &[StateRow]) -> Result<(), Error> {
        let (ids, platforms) = key_columns(rows.iter().map(|row| &row.key));
        let posts: Vec<&[u8]> = rows.iter().map(|row| row.posts.as_slice()).collect();
        let rate_cards: Vec<Option<&[u8]>> = rows.iter().map(|row| row.rate_card.as_deref()).collect();
        let reports: Vec<Option<&[u8]>> = rows.iter().map(|row| row.reported.as_deref()).collect();
        let values: crate::connection::Values<'_> = &[&ids, &platforms, &posts, &rate_cards, &reports];
        self.connection.execute(statements::UPDATE_STATES, values).await.map(|_| ())
    }

    async fn write_profiles(&self, rows: &[(CreatorKey, Profile)]) -> Result<(), Error> {
        let (ids, platforms) = key_columns(rows.iter().map(|(key, _)| key));
        let followers = rows.iter().map(|(_, profile)| profile.followers);
        let (followers, followers_as_of) = told(followers, |followers| followers.cast_signed());
        let labels = |of: fn(&Profile) -> &Option<Told<Label>>| {
            told(rows.iter().map(|(_, profile)| of(profile).as_ref().map(Told::as_ref)), Label::as_str)
        };
        let (categories, categories_as_of) = labels(|profile| &profile.category);
        let (names, names_as_of) = labels(|profile| &profile.name);
        let values: crate::connection::Values<'_> =
            &[&ids, &platforms, &followers, &followers_as_of, &categories, &categories_as_of, &names, &names_as_of];
        self.connection.execute(statements::WRITE_PROFILES.as_str(), values).await.map(|_| ())
    }

    async fn commit(&self, outcome: ImportOutcome) -> Result<(), StoreError> {
        if outcome.changed > 0 || outcome.snapshots_added > 0 {
            self.connection.execute(statements::GROW, &[&self.added]).await.map_err(from_postgres)?;
        }
        self.connection.batch("COMMIT").await.map_err(|error| match is_lost(&error) {
            true => other(format!(
                "import again, which changes nothing if it was kept: the connection was lost while committing: {}",
                describe(&error)
            )),
            false => from_postgres(error),
        })
    }
}

pub(super) async fn begin(target: &Target) -> Result<(Connection, bool), StoreError> {
    let connection = Connection::open(target, from_postgres).await?;
    connection.batch(statements::BEGIN).await.map_err(from_postgres)?;
    let rows = connection.query(statements::IS_EMPTY, &[]).await.map_err(from_postgres)?;
    let is_first = rows.first().map_or(Ok(false), |row| column(row, 0))?;
    Ok((connection, is_first))
}

fn key_columns<'a>(keys: impl IntoIterator<Item = &'a CreatorKey>) -> (Vec<String>, Vec<i16>) {
    keys.into_iter().map(|key| (id_text(&key.author_id), i16::from(key.platform.number()))).unzip()
}

/// What was told, and when, as two columns.
fn told<T, V>(
    told: impl Iterator<Item = Option<Told<T>>>,
    value: impl Fn(T) -> V,
) -> (Vec<Option<V>>, Vec<Option<i64>>) {
    told.map(|told| told.map(|told| (value(told.value), i64::from(told.as_of.0))).unzip()).unzip()
}

/// The place of a row's creator among those asked about.
fn place(row: &Row, at: usize, keys: &[CreatorKey]) -> Result<usize, StoreError> {
    let place = usize::try_from(column::<i64>(row, at)? - 1).ok().filter(|place| *place < keys.len());
    place.ok_or_else(|| StoreError::Corrupt("the server answered about a creator not asked about".into()))
}
