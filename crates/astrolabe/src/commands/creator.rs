//! `astrolabe creator`: what is held of one creator.

use anyhow::{Context, bail};
use catalog::{Lang, Text};
use clap::{Args, Subcommand};
use domain::AuthorId;
use serde_json::json;
use store::{Change, Forgotten};

use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::lang::{self, told};
use crate::output::{self, counted, thousands};

#[derive(Debug, Subcommand)]
pub(crate) enum CreatorVerb {
    /// Delete a creator's posts, prices, profile and figures, also bought ones, on every platform; calls and charges stay
    Delete(DeleteArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The creator's id
    author_id: AuthorId,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

const LEFT_IN_FILES: Text = Text::new(
    "nobody is answered with what was held any more, but the database's files have parts of it until they are written over; \
     docs/operations.md tells when",
    "此前的数据不再用于任何答案，但在被覆盖之前，数据库文件中仍会残留一部分；何时覆盖见 docs/operations.zh.md",
);

fn still_readable(author_id: &AuthorId, lang: Lang) -> String {
    told!(
        lang,
        "nothing is held of {author_id} now, but what was can still be read in the database's files: run this again",
        "已没有 {author_id} 的数据，但数据库文件中仍可读出此前的内容：请再次运行此命令"
    )
}

/// Runs the verb.
pub(crate) fn run(common: &Common, verb: &CreatorVerb) -> anyhow::Result<()> {
    let CreatorVerb::Delete(DeleteArgs { author_id, json: as_json }) = verb;
    let data = DataDir::held(common)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let store = runtime.block_on(operator_store(&data))?;
    let lang = lang::spoken();
    let forgotten = store.forget(author_id)?;
    let Forgotten { states, snapshots, bought } = forgotten;
    let is_held = states + snapshots + bought > 0;
    if is_held {
        runtime.block_on(store.note_change(Change::creator_deleted(forgotten)))?;
    }
    // Also where nothing is held any more: what could not be wiped before is wiped by doing it again.
    let is_wiped = store.wipe_deleted().with_context(|| still_readable(author_id, lang))?;
    if !is_held {
        bail!(told!(lang, "nothing is held of {author_id}", "没有 {author_id} 的数据"));
    }
    let (en, zh) = (counted(snapshots + bought, "snapshot"), thousands(snapshots + bought));
    output::person(&told!(
        lang,
        "{author_id} is deleted, with {en}; importing a file that names it brings it back, and where servers ask upstreams, so \
         does the next question about it, which is bought",
        "已删除 {author_id} 及其 {zh} 份快照；再次导入含有该达人的文件会使其恢复；若服务器会询问上游，下一次查询该达人也会重新采购并保存"
    ));
    if !is_wiped {
        output::person(LEFT_IN_FILES.of(lang));
    }
    if !as_json {
        return Ok(());
    }
    output::json(&json!({
        "author_id": author_id.to_string(), "states": states, "snapshots": snapshots, "bought": bought,
    }))
}
