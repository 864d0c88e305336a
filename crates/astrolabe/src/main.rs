//! The astrolabe command: reads flags, runs one verb, says what went wrong.

mod amounts;
mod cli;
mod commands;
mod config;
mod data_dir;
mod duration;
mod figures;
mod flags;
mod help;
mod lang;
mod limits_text;
mod logging;
mod now;
mod output;
mod reference;
mod tables;

use std::process::ExitCode;

use catalog::Text;

fn main() -> ExitCode {
    let cli = help::parse(lang::of_locale());
    let lang = cli.verb.lang();
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            output::person(&format!("{}{}{error:#}", Text::new("error", "错误").of(lang), lang.colon()));
            ExitCode::FAILURE
        }
    }
}
