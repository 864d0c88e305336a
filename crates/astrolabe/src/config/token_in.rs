//! Where the token of an upstream is, and reading it. No error has it in it.

use std::env::VarError;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use catalog::Text;
use upstream::Secret;

use crate::lang::{self, told};

/// Some editors put it in front of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Where an upstream's token is.
#[derive(Debug, Clone)]
pub(super) enum TokenIn {
    File(PathBuf),
    Variable(String),
}

impl TokenIn {
    /// The permissions of the file that holds the token, where others than its owner may read or change it.
    pub(super) fn open_to_others(&self) -> Option<u32> {
        let Self::File(path) = self else { return None };
        let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
        Some(mode).filter(|mode| mode & 0o077 != 0)
    }

    /// Reads the token of an upstream.
    ///
    /// # Errors
    /// When it cannot be read, or cannot be one. The token itself is not in them.
    pub(super) fn read(&self, upstream: &str) -> anyhow::Result<Secret> {
        let lang = lang::spoken();
        let (text, place) = match self {
            Self::File(path) => {
                let missing = || match is_path(path) {
                    true => told!(
                        lang,
                        "the token_file of upstream {upstream:?}: {}",
                        "上游 {upstream:?} 的 token_file：{}",
                        path.display()
                    ),
                    false => told!(
                        lang,
                        "upstream {upstream:?} takes its token from its token_file",
                        "上游 {upstream:?} 的 token_file"
                    ),
                };
                let place = match is_path(path) {
                    true => told!(lang, "file {}", "文件 {}", path.display()),
                    false => told!(lang, "file that its token_file names", "其 token_file 指定的文件"),
                };
                (fs::read_to_string(path).with_context(missing)?, place)
            }
            Self::Variable(name) => {
                let why = |error| {
                    let why = match error {
                        VarError::NotPresent => Text::new("which is not set", "但未设置该变量"),
                        // The error would show it.
                        VarError::NotUnicode(_) => Text::new("which is not UTF-8", "但其值不是 UTF-8 编码"),
                    };
                    let variable = match is_variable(name) {
                        true => told!(lang, "the environment variable {name}", "环境变量 {name}"),
                        false => told!(lang, "the variable that its token_env names", "其 token_env 指定的环境变量"),
                    };
                    anyhow!(told!(
                        lang,
                        "upstream {upstream:?} takes its token from {variable}, {}",
                        "上游 {upstream:?} 的令牌取自{variable}，{}",
                        why.of(lang)
                    ))
                };
                let place = match is_variable(name) {
                    true => told!(lang, "environment variable {name}", "环境变量 {name}"),
                    false => told!(lang, "variable that its token_env names", "其 token_env 指定的环境变量"),
                };
                (std::env::var(name).map_err(why)?, place)
            }
        };
        let token = text.trim();
        if token.is_empty() {
            bail!(told!(
                lang,
                "the token of upstream {upstream:?} is empty: put it in the {place}",
                "上游 {upstream:?} 的令牌为空：请写入{place}"
            ));
        }
        if token.contains(|c: char| c.is_control() || c == BYTE_ORDER_MARK) {
            bail!(told!(
                lang,
                "the token of upstream {upstream:?} is more than one line, or has a byte order mark or control characters: \
                 put nothing else in the {place}",
                "上游 {upstream:?} 的令牌不止一行，或含有字节顺序标记（BOM）或控制字符：请勿在{place}中写入其他内容"
            ));
        }
        Ok(Secret::new(token))
    }
}

/// Whether a name is one that people give variables. Another one may be the token itself, put in the wrong place.
fn is_variable(name: &str) -> bool {
    let is_inside = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(is_inside) && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// Whether a path leads anywhere. Another one may be the token itself: one in Base64 has slashes too.
fn is_path(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.is_absolute() || folder.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_the_token_is_not_told_as_the_place_where_it_is() {
        let error = |token: TokenIn| format!("{:#}", token.read("main").expect_err("no token"));
        for secret in ["sk-SECRET", "SECRET/of+SECRET==", "secret", "9SECRET"] {
            for token in [TokenIn::Variable(secret.to_owned()), TokenIn::File(secret.into())] {
                let error = error(token).to_lowercase();
                assert!(error.contains("\"main\"") && !error.contains("secret"), "{error}");
            }
        }
        for named in ["A_SURELY_UNSET_1", "_UNSET"] {
            assert!(error(TokenIn::Variable(named.to_owned())).contains(named));
        }
        for named in ["/none/token", "./none", "src/none"] {
            assert!(error(TokenIn::File(named.into())).contains(named));
        }
    }

    fn read(text: &[u8]) -> Result<Secret, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), text).expect("written");
        TokenIn::File(file.path().to_owned()).read("main").map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_file_that_others_may_read_is_told_by_its_permissions() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let token = TokenIn::File(file.path().to_owned());
        for (mode, told) in
            [(0o600, None), (0o400, None), (0o640, Some(0o640)), (0o604, Some(0o604)), (0o602, Some(0o602))]
        {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).expect("changed");
            assert_eq!(token.open_to_others(), told, "{mode:o}");
        }
        assert_eq!(TokenIn::File("/none/token".into()).open_to_others(), None);
        assert_eq!(TokenIn::Variable("PATH".to_owned()).open_to_others(), None);
    }

    #[test]
    fn a_token_is_one_line_and_nothing_else() {
        for good in ["SECRET", " SECRET \r\n", "\n\tSECRET\n\n"] {
            assert_eq!(read(good.as_bytes()), Ok(Secret::new("SECRET")), "{good:?}");
        }
        for (bad, told) in [
            (&b"\xef\xbb\xbfSECRET\n"[..], "byte order mark"),
            (b"SECRET\nSECRET2\n", "more than one line"),
            (b"SEC\0RET", "control characters"),
            (b"SECRET\xff", "valid UTF-8"),
            (b" \n", "is empty"),
        ] {
            let error = read(bad).expect_err("no token");
            assert!(error.contains(std::env::temp_dir().to_str().expect("text")), "it says which file: {error}");
            assert!(error.contains(told) && error.contains("\"main\"") && !error.contains("SEC"), "{error}");
        }
    }
}
