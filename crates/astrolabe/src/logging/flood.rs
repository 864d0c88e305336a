//! One cause may fail every request: then its first line is written, and after a second how many there were beside it.

use std::collections::HashMap;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::with_sources;

/// For how long lines with the same cause are counted instead of written.
const WINDOW: Duration = Duration::from_secs(1);

/// Causes that are counted at the same time; lines with further ones are written.
const CAUSES_MAX: usize = 64;

/// The field of lines about one purchase: what was paid for is found by it, so each is written.
const OF_PURCHASE: &str = "creator";

/// Keeps warnings and errors that name a cause from repeating it. What names none, or a creator, is written, always.
#[derive(Clone, Default)]
pub(super) struct Flood(Arc<Mutex<HashMap<(Identifier, String), Like>>>);

/// Lines like one that was written.
struct Like {
    level: Level,
    message: String,
    more: u64,
}

impl<S: Subscriber> Layer<S> for Flood {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let level = *event.metadata().level();
        if level > Level::WARN || event.fields().any(|field| field.name() == OF_PURCHASE) {
            return true;
        }
        let mut said = Said::default();
        event.record(&mut said);
        let Said { cause: Some(cause), message } = said else { return true };
        let (key, mut counted) = ((event.metadata().callsite(), cause), self.counted());
        if let Some(like) = counted.get_mut(&key) {
            like.more += 1;
            return false;
        }
        let is_counting = !counted.is_empty();
        if counted.len() < CAUSES_MAX && (is_counting || self.clone().tell_soon()) {
            counted.insert(key, Like { level, message, more: 0 });
        }
        true
    }
}

impl Flood {
    /// Tells after a while what was counted meanwhile; false where there can be no thread for it.
    fn tell_soon(self) -> bool {
        let tell = move || {
            thread::sleep(WINDOW);
            let counted = take(&mut *self.counted());
            for ((_, cause), Like { level, message, more }) in counted.into_iter().filter(|(_, like)| like.more > 0) {
                match level {
                    Level::ERROR => tracing::error!(more, cause, "{message}: more of the same within a second"),
                    _ => tracing::warn!(more, cause, "{message}: more of the same within a second"),
                }
            }
        };
        thread::Builder::new().name("log".into()).spawn(tell).is_ok()
    }

    /// Nothing panics between two states of what is behind the lock.
    fn counted(&self) -> MutexGuard<'_, HashMap<(Identifier, String), Like>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a line says and why.
#[derive(Default)]
struct Said {
    message: String,
    cause: Option<String>,
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }

    fn record_error(&mut self, _: &Field, error: &(dyn std::error::Error + 'static)) {
        self.cause = Some(with_sources(error));
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::time::Instant;

    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    use super::*;

    /// Where lines are kept.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("no panic").clone()).expect("text")
        }
    }

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn of_lines_with_one_cause_the_first_is_written_and_then_their_number() {
        let (lines, flood, started) = (Lines::default(), Flood::default(), Instant::now());
        let written = lines.clone();
        let layer = tracing_subscriber::fmt::layer().with_writer(move || written.clone()).with_ansi(false);
        tracing_subscriber::registry().with(flood.clone()).with(layer).init();
        let fail = |id: u64, cause: &str| {
            let error = io::Error::other(cause);
            tracing::error!(id, cause = &error as &dyn std::error::Error, "failed");
        };
        (1..=1000).for_each(|id| fail(id, "the disk is full"));
        fail(1001, "the disk is gone");
        (0..3).for_each(|id| tracing::warn!(id, "a call is unknown"));
        for creator in 0..3 {
            let error = io::Error::other("nobody is there");
            tracing::error!(creator, error = &error as &dyn std::error::Error, "an answer is lost");
        }
        let is_told = || {
            let text = lines.text();
            let full: Vec<&str> = text.lines().filter(|line| line.contains("the disk is full")).collect();
            let more = |line: &&str| line.split("more=").nth(1)?.split(' ').next()?.parse::<usize>().ok();
            let more: Vec<usize> = full.iter().filter_map(more).collect();
            full.len() - more.len() + more.iter().sum::<usize>() == 1000
        };
        while !(is_told() && flood.counted().is_empty()) {
            assert!(started.elapsed() < Duration::from_secs(60), "{}", lines.text());
            thread::yield_now();
        }
        fail(1002, "the disk is full");
        let text = lines.text();
        let of = |what: &str| text.lines().filter(|line| line.contains(what)).count();
        assert_eq!([of("id=1 "), of("id=1001 "), of("id=1002 ")], [1; 3], "each is news: {text}");
        assert_eq!(of("a call is unknown"), 3, "what names no cause: {text}");
        assert_eq!(of("an answer is lost"), 3, "what was paid for: {text}");
    }
}
