//! `astrolabe backup`: a copy of the data directory that can be put back, made while servers go on.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use catalog::Text;
use clap::Args;
use serde_json::json;

use super::admin::ADMIN_HASH;
use crate::cli::Common;
use crate::data_dir::DataDir;
use crate::lang::{self, told};
use crate::output;
use crate::token_key::TOKEN_KEY;

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// Where to write it: a new folder, which only you may enter
    #[arg(value_name = "FOLDER")]
    to: PathBuf,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// What is copied beside the databases, where it is there.
pub(crate) const SECRETS: [&str; 2] = [TOKEN_KEY, ADMIN_HASH];

pub(crate) const NO_DATABASE: Text = Text::new(
    "this is about the files of a data directory: for PostgreSQL take pg_dump and pg_restore, and a copy of token.key",
    "该命令针对数据目录中的文件：PostgreSQL 请使用 pg_dump 与 pg_restore，并另存 token.key",
);

/// Copies the databases and the keys.
pub(crate) fn run(common: &Common, args: &BackupArgs) -> anyhow::Result<()> {
    let (data, lang) = (DataDir::held(common)?, lang::spoken());
    ensure!(!data.has_database(), "{}", NO_DATABASE.of(lang));
    let (to, place) = (&args.to, data.path().display());
    ensure!(
        !to.exists(),
        "{}",
        told!(lang, "{} is there already: name a new folder", "{} 已存在：请指定一个新文件夹", to.display())
    );
    write(&data, to).with_context(|| lang::cannot_write(to))?;
    if args.json {
        output::json(&json!({ "data": place.to_string(), "backup": to.display().to_string() }))?;
    }
    let to = to.display();
    output::person(&told!(
        lang,
        "backed up {place} to {to}; astrolabe restore {to} puts it back. The hashes of tokens and their key are in it: keep it \
         as secret as the data directory",
        "已将 {place} 备份至 {to}；astrolabe restore {to} 可恢复。其中含有令牌的哈希及其密钥：请像数据目录一样妥善保管"
    ));
    Ok(())
}

/// Writes everything under another name first: what bears the name is whole.
fn write(data: &DataDir, to: &Path) -> anyhow::Result<()> {
    let beside = match to.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut folder = tempfile::Builder::new();
    folder.prefix(".astrolabe-backup-");
    // Only its owner may enter it.
    #[cfg(unix)]
    folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let made = folder.tempdir_in(beside)?;
    data.sqlite_store()?.back_up(made.path())?;
    for name in SECRETS {
        let from = data.path().join(name);
        if from.exists() {
            copy_private(&from, &made.path().join(name))?;
        }
    }
    sync_folder(made.path())?;
    fs::rename(made.path(), to)?;
    // It is not there any more.
    let _ = made.keep();
    Ok(sync_folder(beside)?)
}

/// Copies a file, readable by its owner only, and durably.
pub(crate) fn copy_private(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut copy = options.open(to)?;
    std::io::copy(&mut fs::File::open(from)?, &mut copy)?;
    copy.flush()?;
    copy.sync_all()
}

/// Makes durable which files are in a folder.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    fs::File::open(folder)?.sync_all()
}
