//! Reading the command line, and its help and mistakes in Chinese. clap has the texts in English, from the comments of the flags;
//! where the language is Chinese, each is exchanged from one table (`words.rs`) before anything is read, what clap writes around
//! them (`layout.rs`) and what it says of mistakes (`mistakes.rs`) after. Names of options and of values stay as they are.

mod fitted;
mod layout;
mod mistakes;
mod words;

use std::ffi::{OsStr, OsString};

use catalog::Lang;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};

use self::mistakes::Chinese;
use crate::cli::Cli;
use crate::output;

/// Reads the command line of the process, or ends it with the help, the version or what is wrong.
pub(crate) fn parse(lang: Lang) -> Cli {
    let line = std::env::args_os();
    match lang {
        Lang::En => read(line, &mut command()).unwrap_or_else(|error| match is_help(error.kind()) {
            true => exit(&printed(&error, error.render().ansi().to_string(), &built())),
            false => error.exit(),
        }),
        Lang::Zh => in_chinese(line).unwrap_or_else(|error| exit(&error)),
    }
}

/// Ends the process with what is to be said; a help as wide as the terminal.
fn exit(error: &Error<Chinese>) -> ! {
    /// Lines of a help are read best when they are no longer, and where there is no terminal that long.
    const WIDTH_MAX: usize = 100;
    match error.get(ContextKind::Custom) {
        Some(ContextValue::StyledStr(help)) => {
            let width = output::width().unwrap_or(WIDTH_MAX).min(WIDTH_MAX);
            printed(error, fitted::to(&help.ansi().to_string(), width), &built()).exit()
        }
        _ => error.exit(),
    }
}

fn is_help(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand)
}

/// A help that is printed as it is.
fn printed<F: ErrorFormatter>(error: &Error<F>, help: String, command: &Command) -> Error<Chinese> {
    let mut printed = Error::new(error.kind()).with_cmd(command);
    printed.insert(ContextKind::Custom, ContextValue::StyledStr(help.into()));
    printed
}

fn in_chinese(line: impl IntoIterator<Item = OsString>) -> Result<Cli, Error<Chinese>> {
    let mut command = translated(built());
    read(line, &mut command).map_err(|error| told(error, &command))
}

fn read(line: impl IntoIterator<Item = OsString>, command: &mut Command) -> Result<Cli, clap::Error> {
    let matches = command.try_get_matches_from_mut(line)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(command))
}

/// The commands. A variable that is set and empty counts as unset.
fn command() -> Command {
    fn without_empty_variables(command: Command) -> Command {
        let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
        let command = command.mut_args(|arg| match arg.get_env().is_some_and(is_empty) {
            true => arg.env(None::<&'static str>),
            false => arg,
        });
        command.mut_subcommands(without_empty_variables)
    }
    without_empty_variables(Cli::command())
}

/// The commands with everything that clap adds to them.
fn built() -> Command {
    let mut command = command();
    command.build();
    command
}

/// The commands with their own texts in Chinese.
fn translated(command: Command) -> Command {
    let about = command.get_about().and_then(chinese);
    let command = match about {
        Some(about) => command.about(about),
        None => command,
    };
    let command = command.mut_args(|arg| {
        let (help, long_help) = (arg.get_help().and_then(chinese), arg.get_long_help().and_then(chinese));
        arg.help(help).long_help(long_help)
    });
    command.mut_subcommands(translated)
}

fn chinese(english: &StyledStr) -> Option<&'static str> {
    words::chinese(&english.to_string())
}

/// Help or a mistake, in Chinese.
fn told(error: clap::Error, command: &Command) -> Error<Chinese> {
    if !is_help(error.kind()) {
        return error.apply();
    }
    let help = layout::in_chinese(&error.render().ansi().to_string(), command);
    printed(&error, help, command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Every text of the commands, clap's own included.
    fn texts(command: &Command, found: &mut BTreeSet<String>) {
        let mut take = |text: Option<String>| found.extend(text);
        let told = |text: Option<&StyledStr>| text.map(ToString::to_string);
        for text in [command.get_about(), command.get_long_about(), command.get_after_help(), command.get_before_help()]
        {
            take(told(text));
        }
        for arg in command.get_arguments() {
            take(told(arg.get_help()));
            take(told(arg.get_long_help()));
            take(arg.get_help_heading().map(ToOwned::to_owned));
            arg.get_possible_values().iter().for_each(|value| take(told(value.get_help())));
        }
        command.get_subcommands().for_each(|command| texts(command, found));
    }

    fn commands(command: &Command, path: Vec<String>, found: &mut Vec<Vec<String>>) {
        found.push(path.clone());
        for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
            commands(command, [path.clone(), vec![command.get_name().to_owned()]].concat(), found);
        }
    }

    /// The help of a command, as somebody with the locale reads it.
    fn help(path: &[String], flag: &str) -> String {
        let line = ["astrolabe"].into_iter().chain(path.iter().map(String::as_str)).chain([flag]);
        in_chinese(line.map(OsString::from)).expect_err("help").to_string()
    }

    #[test]
    fn every_help_text_has_a_chinese_one_and_no_other_is_kept() {
        let mut used = BTreeSet::new();
        texts(&built(), &mut used);
        let kept: BTreeSet<String> = words::english().into_iter().map(ToOwned::to_owned).collect();
        assert_eq!(kept.len(), words::english().len(), "a text is there twice");
        let missing: Vec<_> = used.difference(&kept).collect();
        assert!(missing.is_empty(), "without a Chinese wording in help/words: {missing:#?}");
        let orphans: Vec<_> = kept.difference(&used).collect();
        assert!(orphans.is_empty(), "in help/words, and no command has it: {orphans:#?}");
    }

    #[test]
    fn no_help_is_left_in_english() {
        let (mut used, mut found) = (BTreeSet::new(), Vec::new());
        texts(&built(), &mut used);
        commands(&built(), Vec::new(), &mut found);
        let of_clap =
            ["Usage:", "Commands:", "Arguments:", "Options:", "[default", "[env:", "ossible values:", "[OPTIONS]"];
        for path in &found {
            for flag in ["-h", "--help"] {
                let help = help(path, flag);
                assert!(help.contains("用法：astrolabe") && help.contains("选项："), "{path:?}:\n{help}");
                let left: Vec<_> = of_clap.iter().filter(|word| help.contains(**word)).collect();
                assert!(left.is_empty(), "{path:?} {flag}: {left:?}\n{help}");
                // Lists of names are alike in both languages.
                let text = |text: &&String| text.contains(' ') && help.contains(*text);
                assert_eq!(used.iter().find(text), None, "{path:?} {flag}:\n{help}");
            }
        }
        assert!(found.len() > 30);
    }

    #[test]
    fn the_order_of_the_help_is_that_of_the_english_one() {
        let flags = |help: &str| {
            let lines = help.lines().filter(|line| line.trim_start().starts_with('-'));
            lines.map(|line| line.split("  ").find(|part| !part.is_empty()).map(ToOwned::to_owned)).collect::<Vec<_>>()
        };
        for path in [vec!["token".to_owned(), "create".to_owned()], vec!["plan".to_owned()], Vec::new()] {
            let line = ["astrolabe".to_owned()].into_iter().chain(path.clone()).chain(["-h".to_owned()]);
            let english = Cli::command().try_get_matches_from(line).expect_err("help").to_string();
            assert_eq!(flags(&help(&path, "-h")), flags(&english));
        }
    }

    #[test]
    fn what_every_verb_has_stands_apart_from_its_own_options() {
        let help = help(&["plan".to_owned()], "-h");
        let (own, everywhere) = help.split_once("通用：").expect("a heading");
        for flag in ["--data ", "--database ", "--config "] {
            assert!(everywhere.contains(flag) && !own.contains(flag), "{flag}\n{help}");
        }
    }

    #[test]
    fn mistakes_are_told_in_chinese() {
        for (line, told) in [
            (&["cpp"][..], "错误：没有子命令 'cpp'\n\n  提示：有相近的子命令 'cp'"),
            (&["cp"], "错误：缺少必需的参数：'<AUTHOR_ID>'\n\n用法：astrolabe cp <AUTHOR_ID>\n\n使用 --help"),
            (&["cp", "7", "--jsonn"], "错误：未知参数 '--jsonn'\n\n  提示：有相近的参数 '--json'"),
            (&["cp", "7", "--json", "--file", "a"], "错误：参数 '"),
            (&["rank", "--by", "luck"], "错误：'--by <BY>' 的取值 'luck' 不正确\n  [可选值：cpm, "),
            (&["rank", "--limit"], "错误：'--limit <N>' 缺少取值"),
            (&["import", "a", "--threads", "many"], "错误：'--threads <THREADS>' 的取值 'many' 不正确：应为整数"),
        ] {
            let line = [&["astrolabe"], line].concat();
            let said = in_chinese(line.into_iter().map(OsString::from)).expect_err("a mistake").to_string();
            assert!(said.starts_with(told), "{said}");
        }
    }
}
