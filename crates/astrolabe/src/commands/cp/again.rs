//! How what breaks off goes on without being charged again: by the same command with its key.

use std::path::PathBuf;

use catalog::Lang;
use domain::Platform;

use super::CpArgs;
use crate::lang::told;
use crate::output::shell_word;

/// The command that goes on, told before there is anything to go on with.
pub(super) fn told(args: &CpArgs, key: &str) -> String {
    let path = |flag: &str, path: Option<&PathBuf>| {
        path.map_or_else(String::new, |path| format!(" {flag}{}", shell_word(&path.to_string_lossy())))
    };
    let id = args.author_id.as_ref().map_or_else(String::new, |id| format!(" {id}"));
    let (file, out) = (path("--file ", args.file.as_ref()), path("--out ", args.out.out.as_ref()));
    let (platform, server) = (args.platform, args.server.again());
    let platform = if platform == Platform::default() { String::new() } else { format!(" --platform {platform}") };
    let cost = args.max_cost.map_or_else(String::new, |cost| format!(" --max-cost {cost}"));
    let lang = args.out.lang.map_or_else(String::new, |lang| format!(" --lang {}", lang.code()));
    let key = shell_word(key);
    let command = format!("astrolabe cp{id}{file}{platform}{server}{cost}{out}{lang} --key {key}");
    told!(
        args.out.lang(),
        "to go on without being charged again, should this break off, within 24 hours:\n  {command}",
        "如中途中断，24 小时内运行以下命令可继续且不重复扣费：\n  {command}"
    )
}

/// The same in short, once something broke off.
pub(super) fn with_key(key: &str, lang: Lang) -> String {
    let key = shell_word(key);
    told!(
        lang,
        "run it again with --key {key} within 24 hours: what was answered is not charged again",
        "请在 24 小时内以 --key {key} 再次运行同一命令：已返回的不重复扣费"
    )
}

/// A key of which there is no other.
pub(super) fn random_key() -> anyhow::Result<String> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    Ok(format!("cp-{:016x}", u64::from_ne_bytes(random)))
}
