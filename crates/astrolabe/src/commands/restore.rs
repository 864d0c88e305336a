//! `astrolabe restore`: puts a backup in the place of what is in the data directory, and keeps that too.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use catalog::Text;
use clap::Args;
use serde_json::json;
use store::{CheckedStore, StoreError};
use store_sqlite::{OpenError, SqliteStore};

use super::backup::{NO_DATABASE, SECRETS, copy_private, sync_folder};
use crate::cli::Common;
use crate::data_dir::{DATABASE, DataDir, UNFINISHED};
use crate::lang::{self, told};
use crate::now::now;
use crate::token_key::{self, TOKEN_KEY};
use crate::{balance, in_use, output};

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The folder that `astrolabe backup` wrote, or one with astrolabe.ledger.db, astrolabe.db or both
    #[arg(value_name = "FOLDER")]
    from: PathBuf,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

const OTHER_KEY: Text = Text::new(
    "the tokens of this backup are of another token.key than the one at hand: put theirs into the folder of the backup",
    "该备份中的令牌所用的 token.key 与现有的不同：请将其对应的 token.key 放入备份文件夹",
);

/// Puts a backup back, once nobody works in the data directory.
pub(crate) async fn run(common: &Common, args: &RestoreArgs) -> anyhow::Result<()> {
    let (data, lang) = (DataDir::open(common)?, lang::spoken());
    ensure!(!data.has_database(), "{}", NO_DATABASE.of(lang));
    let _alone = in_use::take(data.path())?;
    let databases = [PathBuf::from(DATABASE), SqliteStore::ledger_path(Path::new(DATABASE))];
    let names: Vec<&Path> = databases.iter().map(PathBuf::as_path).chain(SECRETS.map(Path::new)).collect();
    let present: Vec<&Path> = names.into_iter().filter(|name| args.from.join(name).exists()).collect();
    if !databases.iter().any(|database| present.contains(&database.as_path())) {
        let from = args.from.display();
        bail!(told!(lang, "there is no backup in {from}", "{from} 中没有备份"));
    }
    let made = tempfile::Builder::new().prefix("restore-").tempdir_in(data.path());
    let made = made.with_context(|| lang::cannot_write(data.path()))?;
    for name in &present {
        let from = args.from.join(name);
        copy_private(&from, &made.path().join(name)).with_context(|| lang::cannot_read(&from))?;
    }
    check(made.path(), &args.from, &data, present.contains(&databases[1].as_path())).await?;
    let kept = kept_at(data.path());
    replace(&data, made.path(), &kept, &present).with_context(|| lang::cannot_write(data.path()))?;
    if args.json {
        let text = |path: &Path| path.display().to_string();
        let replaced = kept.exists().then(|| text(&kept));
        output::json(&json!({ "data": text(data.path()), "backup": text(&args.from), "replaced": replaced }))?;
    }
    let from = args.from.display();
    output::person(&match kept.exists() {
        true => {
            let kept = kept.display();
            told!(lang, "restored {from}; what was there before is in {kept}", "已恢复 {from}；原有文件保存在 {kept}")
        }
        false => told!(lang, "restored {from}", "已恢复 {from}"),
    });
    Ok(())
}

/// Looks whether the copy of what is in `from` is one to serve from; brings it up to date too.
async fn check(copy: &Path, from: &Path, data: &DataDir, has_ledger: bool) -> anyhow::Result<()> {
    let store = SqliteStore::open_file(&copy.join(DATABASE)).map_err(|error| not_opened(error, from))?;
    let (folder, lang) = (from.display(), lang::spoken());
    let damages = store.damages().await?.join("\n  ");
    ensure!(
        damages.is_empty(),
        "{}",
        told!(
            lang,
            "the backup in {folder} is damaged, take another one:\n  {damages}",
            "{folder} 中的备份已损坏，请改用其他备份：\n  {damages}"
        )
    );
    let not_right = || {
        told!(lang, "the backup in {folder} is not right, take another one", "{folder} 中的备份有误，请改用其他备份")
    };
    balance::check(&store).await.with_context(not_right)?;
    if has_ledger && let Some(mark) = store.token_key_mark().await? {
        let of_backup = token_key::read(&copy.join(TOKEN_KEY))?;
        let key = of_backup.map_or_else(|| token_key::read(&data.path().join(TOKEN_KEY)), |key| Ok(Some(key)))?;
        ensure!(key.is_some_and(|key| key.mark() == mark), "{}", OTHER_KEY.of(lang::spoken()));
    }
    Ok(store.close()?)
}

/// Which file of the backup cannot be opened.
fn not_opened(OpenError { file, cause }: OpenError, from: &Path) -> anyhow::Error {
    let file = from.join(file.file_name().unwrap_or_default());
    let (file, lang) = (file.display(), lang::spoken());
    let told = match cause {
        StoreError::Corrupt(_) => {
            told!(lang, "cannot open {file}, take another backup", "无法打开 {file}，请改用其他备份")
        }
        _ => told!(lang, "cannot open {file}", "无法打开 {file}"),
    };
    anyhow::Error::new(cause).context(told)
}

/// Where what is replaced goes: a folder that is not there yet, named for the moment. Nobody else works in the directory.
fn kept_at(folder: &Path) -> PathBuf {
    let name = format!("replaced-{}", now().to_string().replace(':', ""));
    let mut kept = folder.join(&name);
    for number in 2.. {
        if !kept.exists() {
            break;
        }
        kept = folder.join(format!("{name}-{number}"));
    }
    kept
}

/// Moves the old files away, where there are any, and the new ones in. A log of an old database must not stay beside a new one: SQLite would take it
/// for the new one's, and write its pages into it. What breaks off in between is said so, until a restore is whole.
fn replace(data: &DataDir, copy: &Path, kept: &Path, present: &[&Path]) -> anyhow::Result<()> {
    let (folder, unfinished) = (data.path(), data.path().join(UNFINISHED));
    let with_logs = |name: &&Path| ["", "-wal", "-shm"].map(|log| format!("{}{log}", name.display()));
    let is_there = |name: &String| folder.join(name).exists();
    if present.iter().flat_map(with_logs).any(|name| is_there(&name)) {
        fs::create_dir(kept)?;
        #[cfg(unix)]
        fs::set_permissions(kept, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    }
    fs::write(&unfinished, "")?;
    sync_folder(folder)?;
    for name in present {
        for old in with_logs(name).iter().filter(|name| is_there(name)) {
            fs::rename(folder.join(old), kept.join(old))?;
        }
        let file = folder.join(name);
        fs::rename(copy.join(name), &file)?;
        own_as(folder, &file)?;
    }
    if kept.exists() {
        sync_folder(kept)?;
    }
    sync_folder(folder)?;
    fs::remove_file(&unfinished)?;
    Ok(sync_folder(folder)?)
}

/// Gives a file to whom the data directory belongs: a restore is often root's, and the server is not.
#[cfg(unix)]
fn own_as(folder: &Path, file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (owner, own) = (fs::metadata(folder)?, fs::metadata(file)?);
    match owner.uid() == own.uid() {
        true => Ok(()),
        false => chown(file, Some(owner.uid()), Some(owner.gid())),
    }
}

#[cfg(not(unix))]
fn own_as(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}
