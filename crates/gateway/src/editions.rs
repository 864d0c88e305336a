//! The market that creators are ranked in. It is built when it is first asked for, so that servers that are never asked hold
//! none; from then on a thread of its own builds it anew when creators change, and the old one answers meanwhile. Answers that
//! were bought, or read again, are taken in together, [`BOUGHT_WAIT_MS`] after the first of them.
//!
//! Pages hold on to the edition they began with: former editions are kept for [`KEPT`], as many as fit [`KEPT_BYTES`].

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use domain::{BusinessCode, PerTier, Snapshot, SnapshotSource, Text, UnixTime};
use market::{Builder, Market};
use store::{CreatorStore, StoreError, SurveyMark, Surveyed};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::generations::Watch;
use crate::moment::Clock;
use crate::problem::Problem;
use crate::sources::Held;
use crate::state::Settings;

/// How often the thread looks whether creators changed.
const LOOK: Duration = Duration::from_millis(100);

/// At least so long after an edition was built the next one is not.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// The pause is so many times as long as building took: at most a tenth of a processor goes into it.
const PAUSE_TIMES: u32 = 10;

/// Of answers bought or read again the first may be missing for so long, in milliseconds: a market is not built for each of many.
const BOUGHT_WAIT_MS: u64 = 60_000;

/// After so long an edition is built anew though nothing changed: as figures age, those of other sources take their place.
const AGE_MAX: Duration = Duration::from_secs(3600);

const GATHERING: Text =
    Text::new("the creators are being gathered: try again in a moment", "正在汇集达人数据：请稍后重试");

/// How long the first question waits for the first edition.
const FIRST_WAIT: Duration = Duration::from_secs(2);

/// How long a former edition is kept.
const KEPT: Duration = Duration::from_secs(300);

/// How much memory former editions may take together; the last of them is kept whatever it takes.
const KEPT_BYTES: usize = 256 << 20;

/// The market of the figures that are served at `now` while no upstream is asked, and the mark it is of. Blocks, as
/// [`CreatorStore::survey`] does.
///
/// # Errors
/// When the store cannot be read.
pub fn survey_market(
    store: &(impl CreatorStore + ?Sized),
    settings: &Settings,
    now: UnixTime,
) -> Result<(Market, SurveyMark), StoreError> {
    let mut builder = Builder::default();
    let mark = store.survey(&mut |surveyed| {
        if let Some(snapshot) = settings.listed(&surveyed, now) {
            builder.add(&snapshot, &surveyed.profile);
        }
    })?;
    Ok((builder.build(), mark))
}

impl Settings {
    /// Of the figures held of a creator, those that stand for it at `now` while no upstream is asked; bought ones with the prices that
    /// imports told.
    pub fn listed<'s>(&self, surveyed: &'s Surveyed, now: UnixTime) -> Option<Cow<'s, Snapshot>> {
        let (reported, estimated) = (surveyed.reported.as_ref(), surveyed.estimated.as_ref());
        let local = self.choose(reported, estimated, |snapshot| snapshot.as_of, now);
        let listed = self.sources.listed(Held { local, bought: surveyed.bought.as_ref() }, now)?;
        Some(match listed.source {
            SnapshotSource::Upstream => Cow::Owned(with_prices(listed, local, surveyed)),
            SnapshotSource::Estimated | SnapshotSource::Reported => Cow::Borrowed(listed),
        })
    }
}

/// A bought answer, which tells no price, with those that imports told.
fn with_prices(bought: &Snapshot, local: Option<&Snapshot>, surveyed: &Surveyed) -> Snapshot {
    let told = [local, surveyed.estimated.as_ref(), surveyed.reported.as_ref()];
    let prices = PerTier::from_fn(|tier| {
        told.into_iter().flatten().find_map(|snapshot| snapshot.prices[tier]).or(surveyed.prices[tier])
    });
    Snapshot { prices, ..bought.clone() }
}

/// The editions of the market.
pub(crate) struct Editions {
    store: Arc<dyn CreatorStore>,
    watch: Arc<Watch>,
    clock: Clock,
    settings: Settings,
    /// The current one last.
    kept: Mutex<Vec<Kept>>,
    is_built: watch::Sender<bool>,
    is_started: AtomicBool,
}

/// An edition, and since when there is a newer one.
struct Kept {
    market: Arc<Market>,
    former_since: Option<Instant>,
}

impl Editions {
    pub(crate) fn new(store: Arc<dyn CreatorStore>, watch: Arc<Watch>, clock: Clock, settings: Settings) -> Self {
        let (kept, is_built, is_started) = (Mutex::default(), watch::Sender::new(false), AtomicBool::new(false));
        Self { store, watch, clock, settings, kept, is_built, is_started }
    }

    /// The current edition. The first question has it built and waits a little.
    ///
    /// # Errors
    /// With code 301, while the first one is being built.
    pub(crate) async fn current(self: &Arc<Self>) -> Result<Arc<Market>, Problem> {
        if let Some(market) = self.newest() {
            return Ok(market);
        }
        self.start()?;
        let mut is_built = self.is_built.subscribe();
        // In time or not: what is there then, decides.
        let _ = timeout(FIRST_WAIT, is_built.wait_for(|is_built| *is_built)).await;
        self.newest().ok_or_else(|| Problem {
            retry_after_s: Some(1),
            ..Problem::new(BusinessCode::CollectionFailed, GATHERING)
        })
    }

    /// An edition that is still kept.
    pub(crate) fn of(&self, edition: u64) -> Option<Arc<Market>> {
        self.kept().iter().find(|kept| kept.market.edition() == edition).map(|kept| kept.market.clone())
    }

    fn newest(&self) -> Option<Arc<Market>> {
        self.kept().last().map(|kept| kept.market.clone())
    }

    fn start(self: &Arc<Self>) -> Result<(), Problem> {
        if self.is_started.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let editions = Arc::downgrade(self);
        let thread = thread::Builder::new().name("market".into()).spawn(move || follow(&editions));
        thread.map(|_| ()).map_err(|error| {
            self.is_started.store(false, Ordering::Release);
            Problem::internal(error.into())
        })
    }

    /// Builds the edition of the present. Tells the mark it is of.
    fn renew(&self) -> Result<SurveyMark, StoreError> {
        let (market, mark) = survey_market(&*self.store, &self.settings, (self.clock)().second())?;
        tracing::info!(creators = market.len(), bytes = market.bytes(), "gathered the creators to rank");
        self.keep(Arc::new(market), Instant::now());
        self.is_built.send_replace(true);
        Ok(mark)
    }

    /// Makes a market the current one. What need not be kept any more is dropped.
    fn keep(&self, market: Arc<Market>, now: Instant) {
        let mut kept = self.kept();
        if kept.last().is_some_and(|last| last.market.edition() == market.edition()) {
            return;
        }
        // A market that comes back is the same edition.
        kept.retain(|former| former.market.edition() != market.edition());
        if let Some(last) = kept.last_mut() {
            last.former_since = Some(now);
        }
        let formers = kept.len();
        kept.push(Kept { market, former_since: None });
        let mut bytes = 0;
        let stay = kept[..formers].iter().rev().take_while(|former| {
            bytes += former.market.bytes();
            former.former_since.is_none_or(|since| now.duration_since(since) < KEPT) && bytes <= KEPT_BYTES
        });
        let gone = formers - stay.count().max(1).min(formers);
        let gone: Vec<Kept> = kept.drain(..gone).collect();
        drop(kept);
        // Giving so much memory back takes a while, in which nobody should wait for the lock.
        drop(gone);
    }

    /// What is behind the lock is whole at any moment, so a panic elsewhere does not matter.
    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Builds an edition whenever the last one is out of date, for as long as anybody holds the editions.
fn follow(editions: &Weak<Editions>) {
    let mut next = Next { of: None, pause_until: Instant::now(), bought_since_ms: None };
    while let Some(editions) = editions.upgrade() {
        let now = Instant::now();
        let mut newest = editions.watch.survey_mark();
        if !editions.settings.sources.has_bought() {
            (newest.bought, newest.reread) = (0, 0);
        }
        if next.is_due(newest, now, (editions.clock)().unix_ms) {
            match editions.renew() {
                Ok(mark) => next.is_built(mark, Instant::now()),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "cannot gather the creators to rank");
                }
            }
            next.pause_until = Instant::now() + (now.elapsed() * PAUSE_TIMES).max(PAUSE_MIN);
        }
        drop(editions);
        thread::sleep(LOOK);
    }
}

/// When the next edition is to be built.
struct Next {
    /// The mark of the last one, and when it was built.
    of: Option<(SurveyMark, Instant)>,
    /// Not before.
    pause_until: Instant,
    /// Since when answers are bought, or read again, that are not in it, in milliseconds since the epoch.
    bought_since_ms: Option<u64>,
}

impl Next {
    fn is_due(&mut self, newest: SurveyMark, now: Instant, now_ms: u64) -> bool {
        let Some((of, built)) = self.of else { return now >= self.pause_until };
        if newest.bought > of.bought || newest.reread > of.reread {
            // A clock that was set back begins anew.
            self.bought_since_ms = Some(self.bought_since_ms.unwrap_or(now_ms).min(now_ms));
        }
        let is_awaited = self.bought_since_ms.is_some_and(|since| now_ms.saturating_sub(since) >= BOUGHT_WAIT_MS);
        let is_old = newest.creators != of.creators || is_awaited || now.duration_since(built) >= AGE_MAX;
        is_old && now >= self.pause_until
    }

    fn is_built(&mut self, of: SurveyMark, now: Instant) {
        (self.of, self.bought_since_ms) = (Some((of, now)), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{CpInfo, PerTier, Platform, Profile, Snapshot, SnapshotSource};
    use store_sqlite::SqliteStore;

    fn market(views: u64) -> Arc<Market> {
        let mut builder = Builder::default();
        let none = PerTier::default();
        let snapshot = Snapshot {
            author_id: "1".parse().expect("an id"),
            platform: Platform::ShortVideo,
            source: SnapshotSource::Estimated,
            method: "plain/1".into(),
            as_of: UnixTime(1),
            info: CpInfo { expected_views: views, cpm: none, cpe: none, hot_item_bp: Some(0) },
            expected_interactions: None,
            range: None,
            prices: none,
            priced_at: None,
            hot_posts: None,
            bought_at: None,
        };
        builder.add(&snapshot, &Profile::default());
        Arc::new(builder.build())
    }

    #[test]
    fn imports_are_taken_in_at_once_and_answers_bought_or_read_again_together() {
        let start = Instant::now();
        let mut next = Next { of: None, pause_until: start, bought_since_ms: None };
        let mark = |creators, bought| SurveyMark { creators, bought, reread: 3 };
        assert!(next.is_due(mark(1, 5), start, 0), "the first one");
        next.is_built(mark(1, 5), start);
        assert!(!next.is_due(mark(1, 5), start, 0));
        assert!(next.is_due(mark(2, 5), start, 0), "an import");
        // Bought one after the other, they wait for the first alone.
        for (bought, now_ms, is_due) in [(6, 1_000, false), (7, 40_000, false), (8, 60_999, false), (9, 61_000, true)] {
            assert_eq!(next.is_due(mark(1, bought), start, now_ms), is_due, "{now_ms}");
        }
        next.pause_until = start + PAUSE_MIN;
        assert!(!next.is_due(mark(2, 9), start, 61_000), "whatever came, the pause is kept");
        next.is_built(mark(2, 8), start);
        next.pause_until = start;
        assert!(!next.is_due(mark(2, 9), start, 61_000), "one came while it was built");
        assert!(!next.is_due(mark(2, 9), start, 30_000), "the clock was set back");
        assert!(next.is_due(mark(2, 9), start, 90_000));
        assert!(next.is_due(mark(2, 8), start + AGE_MAX, 0), "figures age");
        next.is_built(mark(2, 9), start);
        // As a replay goes on, the edition waits for the first of them alone.
        for (reread, now_ms, is_due) in [(4, 100_000, false), (5, 140_000, false), (6, 160_000, true)] {
            assert_eq!(next.is_due(SurveyMark { reread, ..mark(2, 9) }, start, now_ms), is_due, "{now_ms}");
        }
    }

    #[test]
    fn former_editions_are_kept_for_minutes_and_the_last_of_them_longer() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Arc::new(SqliteStore::open(&folder.path().join("astrolabe.db")).expect("a store"));
        let watch = Arc::new(Watch::new(store::Generations::default()));
        let editions = Editions::new(store, watch, crate::system_clock(), Settings::default());
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let [a, b, c] = [1, 2, 3].map(market);
        let held = |editions: &Editions| [&a, &b, &c].map(|market| editions.of(market.edition()).is_some());
        editions.keep(a.clone(), start);
        editions.keep(b.clone(), start);
        assert_eq!(held(&editions), [true, true, false]);
        editions.keep(c.clone(), start + KEPT - second);
        assert_eq!(held(&editions), [true, true, true]);
        assert_eq!(editions.newest().map(|market| market.edition()), Some(c.edition()));
        // The same market again is no other edition.
        editions.keep(market(3), start + 2 * KEPT);
        assert_eq!(held(&editions), [true, true, true]);
        editions.keep(market(4), start + 2 * KEPT);
        assert_eq!(held(&editions), [false, false, true]);
        // What comes back is current.
        editions.keep(c.clone(), start + 3 * KEPT);
        assert_eq!(editions.newest().map(|market| market.edition()), Some(c.edition()));
    }
}
