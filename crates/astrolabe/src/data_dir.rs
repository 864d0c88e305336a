//! The data directory: the database, the key of its tokens, an optional configuration file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use catalog::{Lang, Text};
use store::{AccountStore, CheckedStore, CreatorStore, ImportStore, LedgerStore, SchemaFound};
use store_postgres::{PostgresRates, PostgresStore};
use store_sqlite::{OpenError, SqliteStore};

use crate::cli::Common;
use crate::config::{self, Config};
use crate::in_use;
use crate::lang::{self, told};

pub(crate) const DATABASE: &str = "astrolabe.db";

/// A file that is there from the beginning of a restore to its end.
pub(crate) const UNFINISHED: &str = "restore.unfinished";

const CONFIG: &str = "astrolabe.toml";

const NO_DIRECTORY: Text = Text::new(
    "there is no data directory for this user: name one with --data DIR",
    "当前用户没有数据目录：请以 --data DIR 指定",
);

const BROKEN_OFF: Text = Text::new(
    "a restore broke off and left only some of the files: run astrolabe restore again",
    "上次恢复中断，只完成了部分文件：请重新运行 astrolabe restore",
);

const DATABASE_NAMED: Text =
    Text::new("cannot open the database that --database names", "无法打开 --database 所指定的数据库");

const NONE_NAMED: Text = Text::new(
    "name the database with --database URL, or in ASTROLABE_DATABASE",
    "请以 --database URL 或环境变量 ASTROLABE_DATABASE 指定数据库",
);

const NO_DATABASE: Text = Text::new(
    "rates are kept in a database only where --database names one; servers without one can share them with --redis URL",
    "仅在以 --database 指定数据库时，速率计数才可存放于数据库；没有数据库的服务器可用 --redis URL 共用",
);

const RATES: Text = Text::new(
    "cannot keep rates in the database that --database names",
    "无法在 --database 所指定的数据库中存放速率计数",
);

/// Everything the verbs ask of a store, whichever database it is.
pub(crate) trait AnyStore: AccountStore + CheckedStore + CreatorStore + ImportStore + LedgerStore {}

impl<S: AccountStore + CheckedStore + CreatorStore + ImportStore + LedgerStore> AnyStore for S {}

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

    /// The data directory the flags name, which is not made.
    ///
    /// # Errors
    /// When the configuration has mistakes.
    pub(crate) fn look(common: &Common) -> anyhow::Result<Self> {
        Self::read(common, Self::path_of(common)?)
    }

    /// The data directory the flags name, with the database that must be in it: who only looks at data, or changes what there is,
    /// is told of a directory that has none, instead of being shown an empty one that is made for it.
    ///
    /// # Errors
    /// When there is no database, or the configuration has mistakes.
    pub(crate) fn held(common: &Common) -> anyhow::Result<Self> {
        match common.database {
            Some(_) => Self::look(common),
            None => Self::held_files(common),
        }
    }

    /// The same, whether or not the flags name a PostgreSQL database.
    ///
    /// # Errors
    /// When there is no database file, or the configuration has mistakes.
    pub(crate) fn held_files(common: &Common) -> anyhow::Result<Self> {
        let data = Self::look(common)?;
        let database = data.path.join(DATABASE);
        // A restore that broke off is told where the files are opened.
        let traces = [data.path.join(UNFINISHED), SqliteStore::ledger_path(&database), database];
        let is_held = traces.iter().any(|file| file.exists());
        let place = data.path.display();
        ensure!(
            is_held,
            "{}",
            told!(
                lang::spoken(),
                "there are no data in {place}: name the data directory with --data, or begin with astrolabe import or \
                 astrolabe account create",
                "{place} 中没有数据：请以 --data 指定数据目录，或先运行 astrolabe import 或 astrolabe account create"
            )
        );
        Ok(data)
    }

    fn open_at(common: &Common, path: PathBuf) -> anyhow::Result<Self> {
        make_private_dir(&path).with_context(|| {
            let path = path.display();
            told!(lang::spoken(), "cannot make the data directory {path}", "无法创建数据目录 {path}")
        })?;
        Self::read(common, path)
    }

    fn read(common: &Common, path: PathBuf) -> anyhow::Result<Self> {
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
            return Ok(Arc::new(connect(url).await?.acting_as(actor)));
        }
        Ok(Arc::new(self.sqlite_store()?.acting_as(actor)))
    }

    /// The schemas of the data, as they are.
    ///
    /// # Errors
    /// When one cannot be read, or is not one that this release may open.
    pub(crate) async fn schemas(&self) -> anyhow::Result<Vec<SchemaFound>> {
        if let Some(url) = &self.database {
            return Ok(vec![PostgresStore::look(url).await.context(DATABASE_NAMED.of(lang::spoken()))?]);
        }
        ensure!(!self.path.join(UNFINISHED).exists(), "{}", BROKEN_OFF.of(lang::spoken()));
        Ok(SqliteStore::look(&self.path.join(DATABASE)).map_err(not_opened)?.into())
    }

    /// The rates that all servers on the PostgreSQL database keep together.
    ///
    /// # Errors
    /// When there is no such database, or it cannot be reached.
    pub(crate) async fn database_rates(&self) -> anyhow::Result<PostgresRates> {
        let (url, lang) = (self.database.as_ref().context(NO_DATABASE.of(lang::spoken()))?, lang::spoken());
        PostgresRates::connect(url).await.context(RATES.of(lang))
    }

    /// Opens the PostgreSQL database.
    ///
    /// # Errors
    /// When none is named, or it cannot be opened.
    pub(crate) async fn postgres_store(&self) -> anyhow::Result<PostgresStore> {
        connect(self.database.as_ref().context(NONE_NAMED.of(lang::spoken()))?).await
    }

    /// Opens the database files of the directory, made when they are not there.
    ///
    /// # Errors
    /// When one cannot be opened, or somebody needs the directory for itself.
    pub(crate) fn sqlite_store(&self) -> anyhow::Result<SqliteStore> {
        in_use::share(&self.path)?;
        self.open_files()
    }

    /// The same while nobody else works there, for as long as the file is held.
    ///
    /// # Errors
    /// When somebody works there, or one cannot be opened.
    pub(crate) fn sqlite_store_alone(&self) -> anyhow::Result<(SqliteStore, File)> {
        let alone = in_use::take(&self.path)?;
        Ok((self.open_files()?, alone))
    }

    fn open_files(&self) -> anyhow::Result<SqliteStore> {
        ensure!(!self.path.join(UNFINISHED).exists(), "{}", BROKEN_OFF.of(lang::spoken()));
        SqliteStore::open_file(&self.path.join(DATABASE)).map_err(not_opened)
    }

    /// Whether a PostgreSQL database holds the data.
    pub(crate) fn has_database(&self) -> bool {
        self.database.is_some()
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
}

fn not_opened(OpenError { file, cause }: OpenError) -> anyhow::Error {
    let file = file.display();
    anyhow::Error::new(cause).context(told!(lang::spoken(), "cannot open {file}", "无法打开 {file}"))
}

async fn connect(url: &str) -> anyhow::Result<PostgresStore> {
    PostgresStore::connect(url).await.context(DATABASE_NAMED.of(lang::spoken()))
}

/// Makes a directory that only its owner may enter.
pub(crate) fn make_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
