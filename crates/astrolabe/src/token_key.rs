//! The key that tokens are hashed with: a file of the data directory. The store knows its mark, so that another key is not taken
//! for it.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
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

/// Makes a new key in place of one that is lost.
///
/// # Errors
/// When there is a file of it, or none can be made.
pub(crate) async fn replace_lost(data: &DataDir, store: &(impl CheckedStore + ?Sized)) -> anyhow::Result<()> {
    let file = file(data);
    if file.exists() {
        let file = file.display();
        bail!(told!(
            lang::spoken(),
            "{file} is there: a new key takes the place of one that is lost. Move the file away if it is the wrong one",
            "{file} 已存在：仅在密钥丢失时才生成新密钥。若该文件并非正确的密钥，请先将其移走"
        ));
    }
    make(&file)?;
    let key = read(&file)?.with_context(|| lang::cannot_read(&file))?;
    Ok(store.replace_token_key_mark(key.mark()).await?)
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
    let (file, place) = (file.display(), data.place());
    told!(
        lang::spoken(),
        "{file} is missing, and the tokens in {place} are of that key: put it back from a backup, or copy it from another \
         server of theirs; where it is lost, astrolabe token new-key makes another one, and all tokens must be made anew",
        "缺少 {file}，而 {place} 中的令牌以该密钥计算：请从备份恢复，或从使用同一数据的其他服务器复制；若已丢失，\
         可用 astrolabe token new-key 另行生成，但所有令牌须重新创建"
    )
}

fn another(file: &Path, data: &DataDir) -> String {
    let (file, place) = (file.display(), data.place());
    told!(
        lang::spoken(),
        "{file} is not the key that the tokens in {place} are of: put the right one in its place, from a backup or from \
         another server of theirs",
        "{file} 不是 {place} 中令牌所用的密钥：请换上正确的密钥，可取自备份或使用同一数据的其他服务器"
    )
}
