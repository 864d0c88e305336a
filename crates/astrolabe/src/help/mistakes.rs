//! What clap says of mistakes in a command line, in Chinese.

use std::error::Error as _;
use std::fmt::Write as _;

use clap::builder::{StyledStr, Styles};
use clap::error::{ContextKind, ContextValue, ErrorFormatter, ErrorKind};

use crate::errors;

/// Help and mistakes in Chinese, each in the styles that clap has.
#[derive(Debug)]
pub(super) struct Chinese;

impl ErrorFormatter for Chinese {
    fn format_error(error: &clap::error::Error<Self>) -> StyledStr {
        // A help is already as it is to be printed.
        if let Some(ContextValue::StyledStr(help)) = error.get(ContextKind::Custom) {
            return help.clone();
        }
        let styles = Styles::styled();
        let mut told = format!("{red}错误：{red:#}{}", what(error), red = styles.get_error());
        for (kind, chinese) in [
            (ContextKind::SuggestedSubcommand, "子命令"),
            (ContextKind::SuggestedArg, "参数"),
            (ContextKind::SuggestedValue, "取值"),
        ] {
            if let Some(suggested) = error.get(kind) {
                let _ = write!(told, "\n\n  提示：有相近的{chinese} {}", quoted(suggested));
            }
        }
        if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
            let _ = write!(told, "\n\n{}", super::layout::around(&usage.ansi().to_string()));
        }
        told.push_str("\n\n使用 --help 查看详细说明。\n");
        told.into()
    }
}

/// What is wrong.
fn what(error: &clap::error::Error<Chinese>) -> String {
    let of = |kind| error.get(kind).map(quoted).unwrap_or_default();
    let (arg, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::ArgumentConflict => match (arg, of(ContextKind::PriorArg)) {
            (arg, prior) if arg == prior => format!("参数 {arg} 不可重复使用"),
            (arg, prior) => format!("参数 {arg} 不可与 {prior} 同用"),
        },
        ErrorKind::NoEquals => format!("为 {arg} 指定取值须用等号"),
        ErrorKind::InvalidValue if value == "''" => format!("{arg} 缺少取值{}", choice(error)),
        ErrorKind::InvalidValue => format!("{arg} 的取值 {value} 不正确{}", choice(error)),
        ErrorKind::ValueValidation => {
            let why = error.source().map(errors::chinese).unwrap_or_default();
            // A number beyond its bounds is told by clap itself.
            let why = why.split_once(" is not in ").map_or(why.clone(), |(_, bounds)| format!("须在 {bounds} 之内"));
            format!("{arg} 的取值 {value} 不正确：{why}")
        }
        ErrorKind::UnknownArgument => format!("未知参数 {arg}"),
        ErrorKind::InvalidSubcommand => format!("没有子命令 {}", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => format!("{} 缺少子命令", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{arg}"),
        ErrorKind::TooManyValues => format!("{arg} 有多余的取值 {value}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{arg} 的取值个数不正确"),
        ErrorKind::InvalidUtf8 => "命令行含有非 UTF-8 的字符".to_owned(),
        kind => kind.to_string(),
    }
}

/// The values there are to choose from.
fn choice(error: &clap::error::Error<Chinese>) -> String {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => format!("\n  [可选值：{}]", values.join(", ")),
        _ => String::new(),
    }
}

fn quoted(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(names) => names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join("、"),
        value => format!("'{value}'"),
    }
}
