//! The astrolabe command: reads flags, runs one verb, says what went wrong.

mod amounts;
mod balance;
mod cli;
mod commands;
mod config;
mod data_dir;
mod descriptors;
mod duration;
mod errors;
mod figures;
mod flags;
mod help;
mod in_use;
mod lang;
mod limits_text;
mod logging;
mod now;
mod output;
mod reference;
mod servers;
mod signals;
mod tables;
mod token_key;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = help::parse(lang::of_locale());
    lang::speak(cli.verb.lang());
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            logging::end(&error);
            ExitCode::FAILURE
        }
    }
}
