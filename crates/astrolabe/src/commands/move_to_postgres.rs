//! `astrolabe move-to-postgres`: everything in a data directory into an empty PostgreSQL database, for those whom one server no
//! longer suffices. The directory stays as it was.

use anyhow::Context;
use catalog::{Lang, Text};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::{AccountStore, CreatorStore, MoveIn, MoveOut};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;
use tokio::runtime::Runtime;

use super::ledger;
use crate::cli::Common;
use crate::data_dir::DataDir;
use crate::lang::{self, told};
use crate::output;

const NOT_MOVED: Text = Text::new("cannot move the data there", "无法将数据迁移至该数据库");

/// How far it is.
const MOVING: Text = Text::new("moving {bar:40} {pos}/{len} rows {eta}", "迁移 {bar:40} {pos}/{len} 行 {eta}");

#[derive(Debug, Args)]
pub(crate) struct MoveArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Moves it all, or nothing.
pub(crate) fn run(common: &Common, args: &MoveArgs) -> anyhow::Result<()> {
    let (data, lang) = (DataDir::held_files(common)?, lang::spoken());
    let place = data.path().display();
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let (from, _alone) = data.sqlite_store_alone()?;
    let to = runtime.block_on(data.postgres_store())?;
    runtime.block_on(ledger::verify(&from))?;
    move_all(&from, &to).context(NOT_MOVED.of(lang))?;
    from.close()?;
    let held = runtime.block_on(Held::read(&to))?;
    if args.json {
        output::json(&json!({ "creators": held.creators, "accounts": held.accounts, "tokens": held.tokens }))?;
    }
    output::person(&held.text(lang));
    output::person(&told!(
        lang,
        "next: start the servers with the same --database (or ASTROLABE_DATABASE); those in other data directories need a copy \
         of {place}/token.key. Move astrolabe.db and astrolabe.ledger.db out of {place}, so that nobody goes on with them by \
         mistake: what is charged there from now on is not charged here",
        "接下来：以同一 --database（或 ASTROLABE_DATABASE）启动各服务器；使用其他数据目录的服务器须复制 {place}/token.key。\
         请将 astrolabe.db 与 astrolabe.ledger.db 移出 {place}，以免误用：此后在其中的扣费不会计入新数据库"
    ));
    Ok(())
}

fn move_all(from: &SqliteStore, to: &PostgresStore) -> anyhow::Result<()> {
    let bar = ProgressBar::new(from.row_count()?);
    bar.set_style(ProgressStyle::with_template(MOVING.of(lang::spoken()))?);
    let moved = to.move_in(from, &mut |rows| bar.set_position(rows));
    bar.finish_and_clear();
    Ok(moved?)
}

/// What is in the database now.
struct Held {
    creators: u64,
    accounts: u64,
    tokens: u64,
}

impl Held {
    async fn read(to: &PostgresStore) -> anyhow::Result<Self> {
        let (creators, accounts, tokens) = (to.creator_count().await?, to.accounts().await?, to.tokens().await?);
        Ok(Self { creators, accounts: accounts.len() as u64, tokens: tokens.len() as u64 })
    }

    fn text(&self, lang: Lang) -> String {
        let Self { creators, accounts, tokens } = *self;
        match lang {
            Lang::En => format!(
                "moved {} (counted by platform), {} and {}, with all that belongs to them, to the PostgreSQL database",
                output::counted(creators, "creator"),
                output::counted(accounts, "account"),
                output::counted(tokens, "token")
            ),
            Lang::Zh => format!(
                "已将 {} 位达人（按内容类型分别计数）、{} 个账户、{} 个令牌及其全部相关数据迁移至 PostgreSQL 数据库",
                output::thousands(creators),
                output::thousands(accounts),
                output::thousands(tokens)
            ),
        }
    }
}
