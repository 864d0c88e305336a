//! `astrolabe restore`: puts a backup in the place of what is in the data directory, and keeps that too.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use catalog::Text;
use clap::Args;
use store::CheckedStore;
use store_sqlite::SqliteStore;

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
}

const DAMAGED: Text = Text::new("the backup is damaged:", "备份已损坏：");

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
    check(made.path(), &data, present.contains(&databases[1].as_path())).await?;
    let kept = data.path().join(format!("replaced-{}", now().to_string().replace(':', "")));
    replace(&data, made.path(), &kept, &present).with_context(|| lang::cannot_write(data.path()))?;
    let (from, kept) = (args.from.display(), kept.display());
    output::person(&told!(
        lang,
        "restored {from}; what was there before is in {kept}",
        "已恢复 {from}；原有文件保存在 {kept}"
    ));
    Ok(())
}

/// Looks whether the copy is one to serve from; brings it up to date too.
async fn check(copy: &Path, data: &DataDir, has_ledger: bool) -> anyhow::Result<()> {
    let store = SqliteStore::open(&copy.join(DATABASE))?;
    let damages = store.damages().await?;
    ensure!(damages.is_empty(), "{}\n  {}", DAMAGED.of(lang::spoken()), damages.join("\n  "));
    balance::check(&store).await?;
    if has_ledger && let Some(mark) = store.token_key_mark().await? {
        let of_backup = token_key::read(&copy.join(TOKEN_KEY))?;
        let key = of_backup.map_or_else(|| token_key::read(&data.path().join(TOKEN_KEY)), |key| Ok(Some(key)))?;
        ensure!(key.is_some_and(|key| key.mark() == mark), "{}", OTHER_KEY.of(lang::spoken()));
    }
    Ok(store.close()?)
}

/// Moves the old files away and the new ones in. A log of an old database must not stay beside a new one: SQLite would take it
/// for the new one's, and write its pages into it. What breaks off in between is said so, until a restore is whole.
fn replace(data: &DataDir, copy: &Path, kept: &Path, present: &[&Path]) -> anyhow::Result<()> {
    let (folder, unfinished) = (data.path(), data.path().join(UNFINISHED));
    fs::create_dir(kept)?;
    #[cfg(unix)]
    fs::set_permissions(kept, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    fs::write(&unfinished, "")?;
    sync_folder(folder)?;
    for name in present {
        for log in ["", "-wal", "-shm"] {
            let name = format!("{}{log}", name.display());
            if folder.join(&name).exists() {
                fs::rename(folder.join(&name), kept.join(&name))?;
            }
        }
        let file = folder.join(name);
        fs::rename(copy.join(name), &file)?;
        own_as(folder, &file)?;
    }
    sync_folder(kept)?;
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
