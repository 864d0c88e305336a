//! The few arguments the commands take. Each command takes what it knows and then calls [`Args::finish`], so that a
//! mistyped flag is an error and never ignored.

use std::collections::VecDeque;
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, bail};

/// The arguments not yet taken.
pub(crate) struct Args(VecDeque<String>);

impl Args {
    /// The arguments of this process.
    pub(crate) fn from_env() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// Takes the next argument, whatever it is.
    pub(crate) fn next(&mut self) -> Option<String> {
        self.0.pop_front()
    }

    /// Takes the next argument that is not a flag.
    pub(crate) fn positional(&mut self) -> Option<String> {
        if self.0.front()?.starts_with('-') { None } else { self.next() }
    }

    /// Takes a flag; whether it was there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let at = self.0.iter().position(|arg| arg == name);
        at.and_then(|at| self.0.remove(at)).is_some()
    }

    /// Takes `--name VALUE` or `--name=VALUE`.
    pub(crate) fn value<T: FromStr>(&mut self, name: &str) -> anyhow::Result<Option<T>>
    where
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        let prefix = format!("{name}=");
        let Some(at) = self.0.iter().position(|arg| arg == name || arg.starts_with(&prefix)) else {
            return Ok(None);
        };
        let arg = self.0.remove(at).unwrap_or_default();
        let text = match arg.strip_prefix(&prefix) {
            Some(text) => text.to_owned(),
            None => self.0.remove(at).with_context(|| format!("{name} needs a value"))?,
        };
        text.parse().map(Some).with_context(|| format!("{name} {text}"))
    }

    /// Prints `help` and ends the command when it was asked for.
    pub(crate) fn help(&mut self, help: &str) -> Option<ExitCode> {
        (self.flag("--help") | self.flag("-h")).then(|| {
            println!("{help}");
            ExitCode::SUCCESS
        })
    }

    /// # Errors
    /// Names the arguments that nobody took.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        match self.0.is_empty() {
            true => Ok(()),
            false => bail!("not understood: {}", Vec::from(self.0).join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(words: &[&str]) -> Args {
        Args(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn flags_and_values_are_taken_wherever_they_stand() {
        let mut args = args(&["target", "--seconds", "5", "--quick", "--rounds=7"]);
        assert_eq!(args.positional().as_deref(), Some("target"));
        assert!(args.flag("--quick"));
        assert_eq!(args.value::<u64>("--seconds").ok().flatten(), Some(5));
        assert_eq!(args.value::<u64>("--rounds").ok().flatten(), Some(7));
        assert!(args.finish().is_ok());
    }

    #[test]
    fn a_flag_nobody_knows_is_an_error() {
        assert!(args(&["--quik"]).finish().is_err());
        assert!(args(&["--seconds", "five"]).value::<u64>("--seconds").is_err());
        assert!(args(&["--seconds"]).value::<u64>("--seconds").is_err());
    }
}
