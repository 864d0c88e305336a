//! The data directory: the database, the key of its tokens, an optional configuration file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use catalog::{Lang, Text};
use gateway::TokenKey;
use store::{AccountStore, CreatorStore, ImportStore, LedgerStore};
use store_postgres::{PostgresRates, PostgresStore};
use store_sqlite::SqliteStore;

use crate::cli::Common;
use crate::config::{self, Config};
use crate::lang::{self, told};

const DATABASE: &str = "astrolabe.db";
const TOKEN_KEY: &str = "token.key";
const CONFIG: &str = "astrolabe.toml";

const NO_DIRECTORY: Text = Text::new(
    "there is no data directory for this user: name one with --data DIR",
    "当前用户没有数据目录：请以 --data DIR 指定",
);

const DATABASE_NAMED: Text =
    Text::new("cannot open the database that --database names", "无法打开 --database 所指定的数据库");

const NO_DATABASE: Text = Text::new(
    "rates are kept in a database only where --database names one; servers without one can share them with --redis URL",
    "仅在以 --database 指定数据库时，速率计数才可存放于数据库；没有数据库的服务器可用 --redis URL 共用",
);

const RATES: Text = Text::new(
    "cannot keep rates in the database that --database names",
    "无法在 --database 所指定的数据库中存放速率计数",
);

/// Everything the verbs ask of a store, whichever database it is.
pub(crate) trait AnyStore: AccountStore + CreatorStore + ImportStore + LedgerStore {}

impl<S: AccountStore + CreatorStore + ImportStore + LedgerStore> AnyStore for S {}

/// An open data directory.
pub(crate) struct DataDir {
    path: PathBuf,
    /// The PostgreSQL database that holds the data in place of the directory. Its URL may hold a password.
    database: Option<String>,
    pub(crate) config: Config,
}

impl DataDir {
    /// The data directory the flags name, made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made, or the configuration has mistakes.
    pub(crate) fn open(common: &Common) -> anyhow::Result<Self> {
        Self::open_at(common, Self::path_of(common)?)
    }

    /// The `demo` folder inside the data directory the flags name, so that made-up creators never mix with real ones.
    ///
    /// # Errors
    /// As [`DataDir::open`].
    pub(crate) fn open_demo(common: &Common) -> anyhow::Result<Self> {
        Self::open_at(common, Self::path_of(common)?.join("demo"))
    }

    fn path_of(common: &Common) -> anyhow::Result<PathBuf> {
        match &common.data {
            Some(path) => Ok(path.clone()),
            None => Ok(dirs::data_dir().context(NO_DIRECTORY.of(lang::spoken()))?.join("astrolabe")),
        }
    }

    fn open_at(common: &Common, path: PathBuf) -> anyhow::Result<Self> {
        make_private_dir(&path).with_context(|| {
            let path = path.display();
            told!(lang::spoken(), "cannot make the data directory {path}", "无法创建数据目录 {path}")
        })?;
        let beside_data = path.join(CONFIG);
        let file = common.config.clone().or_else(|| beside_data.exists().then_some(beside_data));
        let config = config::load(file.as_deref())?;
        let database = common.database.clone();
        Ok(Self { path, database, config })
    }

    /// Where the data are.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the database, made when it is not there; `actor` makes changes through it, for the audit log.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) async fn store(&self, actor: &str) -> anyhow::Result<Arc<dyn AnyStore>> {
        if let Some(url) = &self.database {
            let store = PostgresStore::connect(url).await.context(DATABASE_NAMED.of(lang::spoken()))?;
            return Ok(Arc::new(store.acting_as(actor)));
        }
        Ok(Arc::new(self.sqlite_store()?.acting_as(actor)))
    }

    /// The rates that all servers on the PostgreSQL database keep together.
    ///
    /// # Errors
    /// When there is no such database, or it cannot be reached.
    pub(crate) async fn database_rates(&self) -> anyhow::Result<PostgresRates> {
        let (url, lang) = (self.database.as_ref().context(NO_DATABASE.of(lang::spoken()))?, lang::spoken());
        PostgresRates::connect(url).await.context(RATES.of(lang))
    }

    /// Opens the database files of the directory, made when they are not there.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) fn sqlite_store(&self) -> anyhow::Result<SqliteStore> {
        let file = self.path.join(DATABASE);
        SqliteStore::open(&file).with_context(|| {
            let file = file.display();
            told!(lang::spoken(), "cannot open {file}", "无法打开 {file}")
        })
    }

    /// Where the data are, in words without secrets.
    pub(crate) fn place(&self) -> String {
        self.place_in(lang::spoken())
    }

    /// The same in a language.
    pub(crate) fn place_in(&self, lang: Lang) -> String {
        match &self.database {
            Some(_) => Text::new("the PostgreSQL database", "PostgreSQL 数据库").of(lang).to_owned(),
            None => self.path.display().to_string(),
        }
    }

    /// The key tokens are hashed with, made at random when there is none.
    ///
    /// # Errors
    /// When it cannot be read or made.
    pub(crate) fn token_key(&self) -> anyhow::Result<TokenKey> {
        let file = self.path.join(TOKEN_KEY);
        if !file.exists() {
            self.make_token_key(&file).with_context(|| {
                let file = file.display();
                told!(lang::spoken(), "cannot make {file}", "无法创建 {file}")
            })?;
        }
        let bytes = fs::read(&file).with_context(|| lang::cannot_read(&file))?;
        match <&[u8; TokenKey::LEN]>::try_from(bytes.as_slice()) {
            Ok(bytes) => Ok(TokenKey::new(bytes)),
            Err(_) => bail!(told!(
                lang::spoken(),
                "{} is not {} bytes long: restore it from a backup",
                "{} 的长度不是 {} 字节：请从备份恢复",
                file.display(),
                TokenKey::LEN
            )),
        }
    }

    /// Writes a new key under another name and links it into place, so that of two processes one key wins, whole.
    fn make_token_key(&self, file: &Path) -> anyhow::Result<()> {
        let mut key = [0; TokenKey::LEN];
        getrandom::fill(&mut key)?;
        // Readable by the owner only.
        let mut made = tempfile::NamedTempFile::new_in(&self.path)?;
        made.write_all(&key)?;
        made.as_file().sync_all()?;
        match made.persist_noclobber(file) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error.error.into()),
        }
    }
}

/// Makes a directory that only its owner may enter.
fn make_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
