//! The key that tokens are hashed with: a file of the data directory. The store knows its mark, so that another key is not taken
//! for it.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use catalog::Text;
use gateway::TokenKey;
use store::{AccountStore, CheckedStore};

use crate::data_dir::DataDir;
use crate::lang::{self, told};

/// The file's name.
pub(crate) const TOKEN_KEY: &str = "token.key";

/// The key of the store's tokens, made at random where neither has one.
///
/// # Errors
/// When it cannot be read or made, is missing while there are tokens, or is another one than theirs.
pub(crate) async fn of(
    data: &DataDir,
    store: &(impl AccountStore + CheckedStore + ?Sized),
) -> anyhow::Result<TokenKey> {
    let file = file(data);
    let kept = store.token_key_mark().await?;
    let key = match read(&file)? {
        Some(key) => key,
        None => {
            ensure!(kept.is_none() && store.tokens().await?.is_empty(), "{}", missing(&file, data));
            make(&file)?;
            read(&file)?.with_context(|| lang::cannot_read(&file))?
        }
    };
    let kept = match kept {
        Some(kept) => kept,
        None => store.keep_token_key_mark(key.mark()).await?,
    };
    ensure!(kept == key.mark(), "{}", another(&file, data));
    Ok(key)
}

/// The key of the store's tokens, where there is one; [`of`] would make it where there is none.
///
/// # Errors
/// As [`of`].
pub(crate) async fn look(
    data: &DataDir,
    store: &(impl AccountStore + CheckedStore + ?Sized),
) -> anyhow::Result<Option<TokenKey>> {
    let (file, kept) = (file(data), store.token_key_mark().await?);
    let Some(key) = read(&file)? else {
        ensure!(kept.is_none() && store.tokens().await?.is_empty(), "{}", missing(&file, data));
        return Ok(None);
    };
    ensure!(kept.is_none_or(|kept| kept == key.mark()), "{}", another(&file, data));
    Ok(Some(key))
}

/// Makes a new key in place of one that is lost; where tokens would stop working, only with `force`.
///
/// # Errors
/// When there is a file of it, none can be made, or tokens are in the way.
pub(crate) async fn replace_lost(
    data: &DataDir,
    store: &(impl AccountStore + CheckedStore + ?Sized),
    force: bool,
) -> anyhow::Result<()> {
    let file = file(data);
    if file.exists() {
        let file = file.display();
        bail!(told!(
            lang::spoken(),
            "{file} is there: a new key takes the place of one that is lost. Where the tokens are of this key, astrolabe token \
             use-key says so; if it is the wrong one, move the file away",
            "{file} 已存在：仅在密钥丢失时才生成新密钥。若令牌以该密钥计算，请运行 astrolabe token use-key；若该文件并非\
             正确的密钥，请先将其移走"
        ));
    }
    let works = store.tokens().await?.iter().filter(|(_, token)| token.enabled).count();
    ensure!(force || works == 0, "{}", would_lose(works, data));
    make(&file)?;
    let key = read(&file)?.with_context(|| lang::cannot_read(&file))?;
    Ok(store.replace_token_key_mark(key.mark()).await?)
}

/// Takes the key of the file for that of the store's tokens.
///
/// # Errors
/// When there is no such file, or it cannot be read.
pub(crate) async fn use_file(data: &DataDir, store: &(impl CheckedStore + ?Sized)) -> anyhow::Result<()> {
    let file = file(data);
    let Some(key) = read(&file)? else {
        let file = file.display();
        bail!(told!(
            lang::spoken(),
            "{file} is missing: put the key there first, or name its directory with --data",
            "缺少 {file}：请先放入密钥，或以 --data 指定其所在目录"
        ));
    };
    if store.token_key_mark().await? != Some(key.mark()) {
        store.replace_token_key_mark(key.mark()).await?;
    }
    Ok(())
}

fn file(data: &DataDir) -> PathBuf {
    data.path().join(TOKEN_KEY)
}

/// The key in a file, where there is one.
///
/// # Errors
/// When the file cannot be read, or is not as long as a key.
pub(crate) fn read(file: &Path) -> anyhow::Result<Option<TokenKey>> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| lang::cannot_read(file)),
    };
    match <&[u8; TokenKey::LEN]>::try_from(bytes.as_slice()) {
        Ok(bytes) => Ok(Some(TokenKey::new(bytes))),
        Err(_) => bail!(told!(
            lang::spoken(),
            "{} is not {} bytes long: restore it from a backup",
            "{} 的长度不是 {} 字节：请从备份恢复",
            file.display(),
            TokenKey::LEN
        )),
    }
}

fn make(file: &Path) -> anyhow::Result<()> {
    write_new(file).with_context(|| {
        let file = file.display();
        told!(lang::spoken(), "cannot make {file}", "无法创建 {file}")
    })
}

/// Writes a new key under another name and links it into place, so that of two processes one key wins, whole.
fn write_new(file: &Path) -> anyhow::Result<()> {
    let mut key = [0; TokenKey::LEN];
    getrandom::fill(&mut key)?;
    // Readable by the owner only.
    let mut made = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(Path::new(".")))?;
    made.write_all(&key)?;
    made.as_file().sync_all()?;
    match made.persist_noclobber(file) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error.into()),
    }
}

fn missing(file: &Path, data: &DataDir) -> String {
    let (file, place, directory) = (file.display(), data.place(), right_directory(data));
    told!(
        lang::spoken(),
        "{file} is missing, and the tokens in {place} are of that key: {directory}put it back from a backup, or copy it from \
         another server of theirs; only where it is lost, astrolabe token new-key makes another one, and all tokens must be made \
         anew",
        "缺少 {file}，而 {place} 中的令牌以该密钥计算：{directory}请从备份恢复，或从使用同一数据的其他服务器复制；仅在确已\
         丢失时，才用 astrolabe token new-key 另行生成，此后所有令牌须重新创建"
    )
}

/// The likeliest cause, where the data are not in the directory: another one than that of the servers is named.
fn right_directory(data: &DataDir) -> &'static str {
    const RIGHT: Text = Text::new(
        "is --data (or ASTROLABE_DATA) the directory that their servers have? Otherwise ",
        "请先确认 --data（或 ASTROLABE_DATA）是否为其服务器所用的目录；若是，",
    );
    if data.has_database() { RIGHT.of(lang::spoken()) } else { "" }
}

fn would_lose(works: usize, data: &DataDir) -> String {
    let (place, directory) = (data.place(), right_directory(data));
    told!(
        lang::spoken(),
        "{place} has tokens that work ({works}), and none would any more: {directory}put the key back from a backup, or copy it from \
         another server of theirs; where it is lost for ever, stop the servers and say --force",
        "{place} 中有可用的令牌（{works} 个），届时将全部失效：{directory}请从备份恢复密钥，或从使用同一数据的其他服务器复制；\
         若密钥确已无法找回，请停止服务器，并加上 --force"
    )
}

fn another(file: &Path, data: &DataDir) -> String {
    let (file, place, directory) = (file.display(), data.place(), right_directory(data));
    told!(
        lang::spoken(),
        "{file} is not the key that the tokens in {place} are of: {directory}put the right one in its place, from a backup or from \
         another server of theirs; where this one is right, and another one was made by mistake, astrolabe token use-key takes \
         it back",
        "{file} 不是 {place} 中令牌所用的密钥：{directory}请换上正确的密钥，可取自备份或使用同一数据的其他服务器；若该文件才是\
         正确的密钥，而另一密钥系误生成，可用 astrolabe token use-key 重新启用它"
    )
}
