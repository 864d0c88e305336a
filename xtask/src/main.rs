//! What a developer and CI run: `cargo xtask tidy|test|generate|fuzz|bench`. Compiles in seconds, for it is built before
//! anything else: no argument parser, no manifest parser, one dependency.

#![expect(clippy::print_stdout, reason = "a command for people: its report goes to stdout")]

mod args;
mod bench;
mod fuzz;
mod generate;
mod process;
mod setup;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use args::Args;

const HELP: &str = "\
Usage: cargo xtask COMMAND

Commands:
  tidy            Check what style asks for and a machine can see
  test [--quick]  Set up what is missing, then run every check and test there is
  generate        Write the committed documents anew: OpenAPI, pages, samples
  fuzz            Look for inputs that crash the parsers
  bench           Measure against peers, side by side

`cargo xtask COMMAND --help` tells more.";

fn main() -> ExitCode {
    match run(Args::from_env()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(mut args: Args) -> anyhow::Result<ExitCode> {
    match args.next().as_deref() {
        Some("tidy") => tidy::command(args),
        Some("test") => test::command(args),
        Some("generate") => generate::command_line(args),
        Some("bench") => bench::command(args),
        Some("fuzz") => fuzz::command_line(args),
        None | Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => anyhow::bail!("unknown command `{other}`\n\n{HELP}"),
    }
}
