//! What can go wrong in a store, whatever the database.

/// Why a storage operation was not done. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An account of that name exists.
    #[error("an account named {0:?} exists already; `astrolabe account list` shows the accounts")]
    AccountExists(String),
    /// No account has that name.
    #[error("no account is named {0:?}; `astrolabe account list` shows the accounts")]
    NoSuchAccount(String),
    /// No token has that number.
    #[error("no token has the number {0}; `astrolabe token list` shows the tokens")]
    NoSuchToken(i64),
    /// A change of limits that cannot be.
    #[error(transparent)]
    Limits(#[from] domain::BurstWithoutRate),
    /// The data was written by a newer release.
    #[error("the data is of schema version {found}, this release knows up to {known}: use the newer release")]
    NewerSchema {
        /// The version found.
        found: u32,
        /// The newest version this release knows.
        known: u32,
    },
    /// Accounts and calls are in two places, and only the operator knows which ones count.
    #[error(
        "{old:?} holds accounts and calls from the time before they had a file of their own, and there is {new:?} too: move \
         {new:?} away to go on with those of {old:?}"
    )]
    TwoLedgers {
        /// The file that holds both creators and a ledger.
        old: std::path::PathBuf,
        /// The ledger's own file.
        new: std::path::PathBuf,
    },
    /// What is to be filled holds something already: the name of a table.
    #[error(
        "the database is not empty, there is something in its table {0}: name one in which Astrolabe keeps nothing"
    )]
    NotEmpty(String),
    /// Nothing can be written.
    #[error("{0} can only be read: let the user that Astrolabe runs as write to it")]
    ReadOnly(String),
    /// The disk is full.
    #[error("there is no room left on the disk ({0}): make some")]
    NoRoom(String),
    /// Stored bytes are not what this program writes.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
    /// The database cannot be used at the moment: another process holds it for writing.
    #[error("the database is busy at the moment: try again")]
    Busy,
    /// The database is out of reach at the moment, for a reason without secrets.
    #[error("the database is out of reach at the moment ({0}): try again")]
    OutOfReach(String),
    /// There is no connection to the database as it was asked for, or none that is as safe: why, and the next step.
    #[error("{}", .0.en)]
    NoConnection(domain::Sentence),
    /// The database itself failed. Told whole by its text, so that it is no source: a chain of causes would tell it twice.
    #[error("the database failed: {0}")]
    Database(Box<dyn std::error::Error + Send + Sync>),
}
