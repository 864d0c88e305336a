//! What clap writes around the texts of a help: headings, defaults, values. It is exchanged in the help as written, for clap lets
//! nobody name all of it.

use std::collections::BTreeSet;

use clap::Command;
use clap::builder::Styles;

use super::words;

/// Clap's own headings.
const HEADINGS: [(&str, &str); 3] = [("Commands", "命令"), ("Arguments", "参数"), ("Options", "选项")];

/// What else clap writes. None of it is in the Chinese texts.
const AROUND: [(&str, &str); 7] = [
    ("Possible values:", "可选值："),
    ("[possible values: ", "[可选值："),
    ("[default: ", "[默认："),
    ("[env: ", "[环境变量："),
    ("[OPTIONS]", "[选项]"),
    ("<COMMAND>", "<命令>"),
    ("[COMMAND]", "[命令]"),
];

/// A help whose own texts are in Chinese, with its styles, all in Chinese.
pub(super) fn in_chinese(help: &str, command: &Command) -> String {
    let (mut headings, mut values) = (BTreeSet::new(), BTreeSet::new());
    gather(command, &mut headings, &mut values);
    let own = headings.iter().filter_map(|heading| Some((heading.as_str(), words::chinese(heading)?)));
    let style = command.get_styles().get_header();
    let help = HEADINGS.into_iter().chain(own).fold(around(help), |help, (english, chinese)| {
        help.replace(&format!("{style}{english}:{style:#}"), &format!("{style}{chinese}：{style:#}"))
    });
    help.lines().map(|line| value_line(line, &values) + "\n").collect()
}

/// What clap writes around, in Chinese; of a help, or of the usage under a mistake.
pub(super) fn around(text: &str) -> String {
    let styles = Styles::styled();
    let style = styles.get_usage();
    let text = text.replacen(&format!("{style}Usage:{style:#} "), &format!("{style}用法：{style:#}"), 1);
    AROUND.iter().fold(text, |text, (english, chinese)| text.replace(english, chinese))
}

/// The headings and the texts of values of all commands.
fn gather(command: &Command, headings: &mut BTreeSet<String>, values: &mut BTreeSet<String>) {
    for arg in command.get_arguments() {
        headings.extend(arg.get_help_heading().map(ToOwned::to_owned));
        values.extend(arg.get_possible_values().iter().filter_map(|value| Some(value.get_help()?.to_string())));
    }
    command.get_subcommands().for_each(|command| gather(command, headings, values));
}

/// A line with the text of a value, which clap keeps with the values: `- memory: In each server's memory, for itself`.
fn value_line(line: &str, values: &BTreeSet<String>) -> String {
    let is_value = line.trim_start().starts_with("- ");
    let text = values.iter().filter(|_| is_value).find(|text| line.ends_with(text.as_str()));
    let told = text.and_then(|text| Some((line.strip_suffix(text.as_str())?, words::chinese(text)?)));
    told.map_or_else(|| line.to_owned(), |(name, chinese)| format!("{name}{chinese}"))
}
