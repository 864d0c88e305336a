//! Who pays in `bench meter` and `bench batch`: an account with money, a price on the endpoint, and what the books say before and after.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, ensure};

use super::place::Place;
use super::turns::Sample;

/// What a success costs.
const PRICE_YUAN: &str = "0.01";
const PRICE_MICRO_YUAN: u64 = 10_000;
/// Enough for a hundred million calls.
const CREDITED_YUAN: &str = "1000000";

/// The paying account's name.
pub(super) const ACCOUNT: &str = "payer";

/// A place where answers cost something, and a token that pays for them.
#[derive(Clone)]
pub(super) struct Payer {
    /// Where.
    pub(super) place: Place,
    /// The token.
    pub(super) token: String,
}

impl Payer {
    /// Sets the price, and makes an account with money and a token.
    pub(super) fn make(place: Place) -> anyhow::Result<Self> {
        place.run(&["price", "set", "author_cp_info", PRICE_YUAN])?;
        place.run(&["account", "create", ACCOUNT])?;
        place.run(&["account", "topup", ACCOUNT, CREDITED_YUAN])?;
        let token = place.run(&["token", "create", ACCOUNT])?;
        Ok(Self { place, token })
    }

    /// The same in a copy of the data directory, whose server must not run.
    pub(super) fn copy_to(&self, data: PathBuf) -> anyhow::Result<Self> {
        let _ = fs::remove_dir_all(&data);
        fs::create_dir_all(&data).with_context(|| data.display().to_string())?;
        for entry in fs::read_dir(&self.place.data)? {
            let entry = entry?;
            // What is in directories are locks of servers that run.
            if !entry.file_type()?.is_file() {
                continue;
            }
            let copy = data.join(entry.file_name());
            fs::copy(entry.path(), &copy).with_context(|| copy.display().to_string())?;
            // Written out now, and not while something is measured.
            fs::File::open(&copy)?.sync_all()?;
        }
        Ok(Self { place: Place { data, ..self.place.clone() }, token: self.token.clone() })
    }
}

/// Successes and money, of all accounts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Books {
    calls: u64,
    balance_micro_yuan: u64,
    credited_micro_yuan: u64,
}

impl Books {
    /// Reads what the operator's verbs tell.
    pub(super) fn read(place: &Place) -> anyhow::Result<Self> {
        let usage = place.run(&["usage", "--json"])?;
        let total = usage.split_once("\"total\"").map(|(_, total)| numbers(total, "calls"));
        let accounts = place.run(&["account", "list", "--json"])?;
        let sum = |name| numbers(&accounts, name).iter().sum();
        Ok(Self {
            calls: *total.as_deref().and_then(<[u64]>::first).with_context(|| format!("no total in {usage}"))?,
            balance_micro_yuan: sum("balance_micro_yuan"),
            credited_micro_yuan: sum("credited_micro_yuan"),
        })
    }

    /// Compares the books as they are with these, read before anything was asked.
    ///
    /// # Errors
    /// When an answer that was seen is not in them, one is that nobody can have asked for, or the money is not exact.
    pub(super) fn check(&self, place: &Place, asked: &Asked) -> anyhow::Result<()> {
        let now = Self::read(place)?;
        let calls = now.calls.saturating_sub(self.calls);
        asked.check(calls)?;
        let spent = self.balance_micro_yuan.saturating_sub(now.balance_micro_yuan);
        ensure!(now.credited_micro_yuan == self.credited_micro_yuan, "money came in: {self:?}, then {now:?}");
        ensure!(spent == PRICE_MICRO_YUAN * calls, "{calls} calls are charged, and {spent} micro-yuan: {now:?}");
        Ok(())
    }
}

/// How much was asked of a server.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Answers that wrk saw.
    answered: u64,
    /// Requests whose answers it may not have seen, for it hung up when its time was over.
    open: u64,
}

impl Asked {
    /// Counts a turn.
    pub(super) fn count(&mut self, connections: u32, sample: &Sample) {
        self.answered += sample.measured.requests as u64;
        self.open += u64::from(connections);
    }

    /// Compares with the calls a database knows.
    ///
    /// # Errors
    /// When that cannot be.
    pub(super) fn check(&self, calls: u64) -> anyhow::Result<()> {
        let Self { answered, open } = *self;
        ensure!(calls >= answered, "{answered} answers were seen, and only {calls} calls are charged");
        ensure!(calls <= answered + open, "{calls} calls are charged, and at most {} were asked", answered + open);
        Ok(())
    }
}

/// The numbers of a name in indented JSON.
fn numbers(json: &str, name: &str) -> Vec<u64> {
    let key = format!("\"{name}\": ");
    let values = json.split(&key).skip(1);
    values.filter_map(|value| value.split([',', '\n', '}']).next()?.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_name_alone() {
        let json = "[\n  {\n    \"calls\": 2,\n    \"calls_free\": 7\n  },\n  {\n    \"calls\": 30\n  }\n]";
        assert_eq!(numbers(json, "calls"), [2, 30]);
        assert!(numbers(json, "price").is_empty());
    }

    #[test]
    fn what_was_seen_is_charged_and_what_was_not_asked_is_not() {
        let asked = Asked { answered: 100, open: 8 };
        assert!(asked.check(100).is_ok() && asked.check(108).is_ok());
        assert!(asked.check(99).is_err() && asked.check(109).is_err());
    }
}
