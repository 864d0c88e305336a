//! Where answers come from, and which of those held is served: a pure choice between figures of several sources and ages.

mod directives;

use domain::{Snapshot, UnixTime};

pub(crate) use directives::Directives;

use crate::local::Answer;

/// An answer that was older than a request wants it when it was bought is not bought again for such a request before so many seconds.
const ASKED_AGAIN_AFTER_S: u32 = 60;

/// A place that answers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// What the operator imported.
    Local,
    /// What was bought from an upstream before.
    Cache,
    /// An upstream, asked now.
    Upstream,
}

impl SourceKind {
    /// By the name it has in the settings.
    pub fn from_name(name: &str) -> Option<Self> {
        [("local", Self::Local), ("cache", Self::Cache), ("upstream", Self::Upstream)]
            .into_iter()
            .find_map(|(known, kind)| (known == name).then_some(kind))
    }
}

/// Which sources are asked, in which order, and how fresh each must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sources {
    /// The order; a source that is not in it is not used.
    pub order: [Option<SourceKind>; 3],
    /// Imported data is fresh while it is younger than this, in seconds; at any age, when none.
    pub local_max_age_s: Option<u32>,
    /// A bought answer is fresh while it is younger than this, in seconds; 0: never.
    pub cache_max_age_s: u32,
    /// For how long after it was fresh an answer may be served when every upstream fails, in seconds; `None`: not at all.
    pub stale_max_age_s: Option<u32>,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            order: [Some(SourceKind::Local), None, None],
            local_max_age_s: None,
            cache_max_age_s: UnixTime::DAY,
            stale_max_age_s: Some(7 * UnixTime::DAY),
        }
    }
}

/// As what an answer is served; told in `X-Astrolabe-Source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Local,
    Cache,
    Stale,
    Upstream,
}

impl Origin {
    /// All of them, in the order in which they are counted.
    pub(crate) const ALL: [Self; 4] = [Self::Local, Self::Cache, Self::Stale, Self::Upstream];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Cache => "cache",
            Self::Stale => "stale",
            Self::Upstream => "upstream",
        }
    }
}

/// Figures of a moment.
pub(crate) trait Dated: Copy {
    /// Of when their facts are.
    fn as_of(&self) -> UnixTime;

    /// When they were bought, where they were.
    fn bought_at(&self) -> Option<UnixTime>;

    /// How old their facts are, in seconds.
    fn age_s(&self, now: UnixTime) -> u32 {
        now.seconds_since(self.as_of())
    }

    /// For how long they have been held, in seconds: how fresh they are counts from when they were bought, since an upstream whose facts
    /// are always older than that would be paid again with every request; or else from when their facts are of.
    fn held_s(&self, now: UnixTime) -> u32 {
        now.seconds_since(self.bought_at().unwrap_or_else(|| self.as_of()))
    }
}

impl Dated for Answer {
    fn as_of(&self) -> UnixTime {
        self.as_of
    }

    fn bought_at(&self) -> Option<UnixTime> {
        self.bought_at
    }
}

impl Dated for &Snapshot {
    fn as_of(&self) -> UnixTime {
        self.as_of
    }

    fn bought_at(&self) -> Option<UnixTime> {
        self.bought_at
    }
}

/// What is held of a creator, of each source the figures that win there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held<T = Answer> {
    pub(crate) local: Option<T>,
    pub(crate) bought: Option<T>,
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self { local: None, bought: None }
    }
}

/// What is to be done about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice<T = Answer> {
    /// Serve what is held.
    Serve(T, Origin),
    /// Ask the upstreams.
    Ask,
    /// Nothing that is held may be served, and nobody may be asked.
    Nothing,
}

/// How the upstreams left a question without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// They do not know the creator.
    Refused,
    /// None of them answered.
    Failed,
}

impl Sources {
    /// Whether a source is used.
    pub fn uses(&self, kind: SourceKind) -> bool {
        self.order.contains(&Some(kind))
    }

    /// Whether bought answers play a part: a request may have its say about those.
    pub(crate) fn has_bought(&self) -> bool {
        self.uses(SourceKind::Cache) || self.uses(SourceKind::Upstream)
    }

    /// Chooses: the first source of the order that has figures fresh enough.
    pub(crate) fn choose<T: Dated>(&self, held: Held<T>, says: Directives, now: UnixTime) -> Choice<T> {
        // Without an upstream there is nobody to ask for anything fresher.
        let may_ask = self.uses(SourceKind::Upstream) && !says.only_if_cached;
        for kind in self.order.iter().flatten() {
            match kind {
                SourceKind::Local => {
                    if let Some(answer) = held.local.filter(|answer| self.is_local_fresh(answer, now)) {
                        return Choice::Serve(answer, Origin::Local);
                    }
                }
                SourceKind::Cache => {
                    if let Some(answer) = held.bought.filter(|_| !says.wants_it_anew())
                        && let Some(origin) = self.reusable(&answer, says, now)
                    {
                        return Choice::Serve(answer, origin);
                    }
                }
                SourceKind::Upstream if may_ask => return Choice::Ask,
                SourceKind::Upstream => {}
            }
        }
        // Old figures of the operator's own are better than none, unless somebody was to be asked for newer ones.
        match held.local.filter(|_| self.uses(SourceKind::Local) && !self.uses(SourceKind::Upstream)) {
            Some(answer) => Choice::Serve(answer, Origin::Local),
            None => Choice::Nothing,
        }
    }

    /// What stands for a creator beside others: what is served while nobody is asked; where that is nothing, the newest that is held of
    /// the sources in use, for figures with their date are better than none there.
    pub(crate) fn listed<T: Dated>(&self, held: Held<T>, now: UnixTime) -> Option<T> {
        let says = Directives { only_if_cached: true, ..Directives::default() };
        match self.choose(held, says, now) {
            Choice::Serve(figures, _) => Some(figures),
            Choice::Ask | Choice::Nothing => {
                let bought = held.bought.filter(|_| self.has_bought());
                let local = held.local.filter(|_| self.uses(SourceKind::Local));
                [bought, local].into_iter().flatten().max_by_key(Dated::as_of)
            }
        }
    }

    /// As what a bought answer may be served again: while it is fresh, or by a caller's leave after that.
    fn reusable(&self, answer: &impl Dated, says: Directives, now: UnixTime) -> Option<Origin> {
        let wanted = Wanted { says, now, stale_max_s: says.max_stale_s.unwrap_or(0) };
        wanted.served_as(answer, Origin::Cache, Some(self.cache_max_age_s))
    }

    /// What is served when the upstreams gave no answer, and as what: the newest of what is held that may be. Where an upstream is asked
    /// before a source, that may be fresh. When they refused the creator, what was bought of it is overtaken; the operator's own data are
    /// not, whatever their age.
    pub(crate) fn instead(
        &self,
        held: Held,
        says: Directives,
        now: UnixTime,
        unanswered: Unanswered,
    ) -> Option<(Answer, Origin)> {
        let takes_bought = unanswered == Unanswered::Failed && self.uses(SourceKind::Cache) && !says.wants_it_anew();
        let bought = held.bought.filter(|_| takes_bought);
        let local = held.local.filter(|_| self.uses(SourceKind::Local));
        let wanted = Wanted { says, now, stale_max_s: self.stale_max_s(says, unanswered) };
        let bought = (bought, Origin::Cache, Some(self.cache_max_age_s));
        [bought, (local, Origin::Local, self.local_max_age_s)]
            .into_iter()
            .filter_map(|(answer, fresh, lifetime_s)| {
                let answer = answer?;
                let origin = wanted.served_as(&answer, fresh, lifetime_s)?;
                Some((answer, origin))
            })
            .max_by_key(|(answer, _)| answer.as_of)
    }

    /// For how long something may be stale when the upstreams gave no answer; 0: not at all. Who says how stale an answer may be takes it
    /// so (RFC 9111, section 5.2.1.2); who limits its age or freshness alone takes no stale one (5.2.1.1 and 5.2.1.3), nor does who wants
    /// it anew; who says nothing leaves it to the operator.
    fn stale_max_s(&self, says: Directives, unanswered: Unanswered) -> u32 {
        let Directives { no_cache, max_age_s, min_fresh_s, max_stale_s, .. } = says;
        match (max_stale_s, unanswered) {
            _ if no_cache => 0,
            (Some(max), _) => max,
            _ if max_age_s.is_some() || min_fresh_s.is_some() => 0,
            (None, Unanswered::Failed) => self.stale_max_age_s.unwrap_or(0),
            (None, Unanswered::Refused) => u32::MAX,
        }
    }

    /// Whether imported figures are young enough while another source is left.
    fn is_local_fresh(&self, answer: &impl Dated, now: UnixTime) -> bool {
        is_fresh(self.local_max_age_s, answer.held_s(now), Directives::default())
    }
}

/// What is wanted of what is held, and when.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    says: Directives,
    now: UnixTime,
    /// For how long something may be served after it was fresh, in seconds; 0: not at all.
    stale_max_s: u32,
}

impl Wanted {
    /// As what figures with this lifetime are served, if at all: as their source while they are fresh, and as stale for a while after.
    fn served_as(self, answer: &impl Dated, fresh: Origin, lifetime_s: Option<u32>) -> Option<Origin> {
        if self.says.max_age_s.is_some_and(|max| self.is_older(answer, max)) {
            return None;
        }
        let held_s = answer.held_s(self.now);
        if is_fresh(lifetime_s, held_s, self.says) {
            return Some(fresh);
        }
        let may_be_held_s = lifetime_s.filter(|_| self.stale_max_s > 0)?.saturating_add(self.stale_max_s);
        (held_s <= may_be_held_s).then_some(Origin::Stale)
    }

    /// Whether an answer is older than what is wanted. One that was when it came would be so again: for a while it is the newest there is.
    fn is_older(self, answer: &impl Dated, max_age_s: u32) -> bool {
        let (age_s, held_s) = (answer.age_s(self.now), answer.held_s(self.now));
        age_s > max_age_s && (age_s - held_s <= max_age_s || held_s >= ASKED_AGAIN_AFTER_S)
    }
}

/// Whether figures that have been held for so long are fresh (RFC 9111, section 4.2: they are while that is less than their lifetime;
/// always, where they have none), and for as much longer as the request wants (5.2.1.3: up to their lifetime).
fn is_fresh(lifetime_s: Option<u32>, held_s: u32, says: Directives) -> bool {
    let stays_s = says.min_fresh_s.unwrap_or(0);
    lifetime_s.is_none_or(|lifetime_s| held_s < lifetime_s && held_s.saturating_add(stays_s) <= lifetime_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_795_000_000);
    const FRESH: u32 = 100;

    fn aged(age_s: u32) -> Option<Answer> {
        let costs = domain::PerTier::default();
        let info = domain::CpInfo { expected_views: 1, hot_item_bp: Some(0), cpm: costs, cpe: costs };
        Some(Answer { as_of: UnixTime(NOW.0 - age_s), info, hot_posts: None, bought_at: None })
    }

    fn sources(order: &[SourceKind]) -> Sources {
        let at = |place: usize| order.get(place).copied();
        Sources {
            order: [at(0), at(1), at(2)],
            local_max_age_s: Some(1000),
            cache_max_age_s: FRESH,
            stale_max_age_s: Some(500),
        }
    }

    /// What is chosen, by its name.
    fn chosen(sources: Sources, held: Held, says: Directives) -> &'static str {
        match sources.choose(held, says, NOW) {
            Choice::Serve(_, origin) => origin.name(),
            Choice::Ask => "ask",
            Choice::Nothing => "nothing",
        }
    }

    const ALL: [SourceKind; 3] = [SourceKind::Local, SourceKind::Cache, SourceKind::Upstream];

    #[test]
    fn the_first_source_that_is_fresh_enough_answers() {
        let none = Directives::default();
        let held = |local, bought| Held { local, bought };
        let all = sources(&ALL);
        for (held, expected) in [
            (held(aged(999), aged(0)), "local"),
            (held(aged(1000), aged(FRESH - 1)), "cache"),
            (held(aged(1000), aged(FRESH)), "ask"),
            (held(None, None), "ask"),
        ] {
            assert_eq!(chosen(all, held, none), expected, "{held:?}");
        }
        let cache_first = sources(&[SourceKind::Cache, SourceKind::Local]);
        assert_eq!(chosen(cache_first, held(aged(0), aged(1)), none), "cache");
        assert_eq!(chosen(cache_first, held(aged(5000), aged(FRESH + 1)), none), "local", "nobody can be asked");
        assert_eq!(chosen(Sources { cache_max_age_s: 0, ..all }, held(None, aged(0)), none), "ask", "fresh at no time");
        assert_eq!(chosen(sources(&[SourceKind::Local]), held(None, aged(0)), none), "nothing");
        assert_eq!(chosen(sources(&[SourceKind::Upstream]), held(aged(0), aged(0)), none), "ask");
    }

    #[test]
    fn a_request_decides_about_bought_answers_as_http_says() {
        let none = Directives::default();
        let bought = |age_s| Held { local: None, bought: aged(age_s) };
        let all = sources(&ALL);
        for (says, age_s, expected) in [
            (Directives { no_cache: true, ..none }, 0, "ask"),
            (Directives { only_if_cached: true, ..none }, FRESH - 1, "cache"),
            (Directives { only_if_cached: true, ..none }, FRESH, "nothing"),
            (Directives { only_if_cached: true, no_cache: true, ..none }, 0, "nothing"),
            (Directives { max_age_s: Some(9), ..none }, 9, "cache"),
            (Directives { max_age_s: Some(9), ..none }, 10, "ask"),
            (Directives { max_age_s: Some(0), ..none }, 0, "ask"),
            (Directives { max_age_s: Some(0), max_stale_s: Some(7), ..none }, 0, "ask"),
            (Directives { max_age_s: Some(FRESH), ..none }, FRESH, "ask"),
            (Directives { min_fresh_s: Some(0), ..none }, FRESH, "ask"),
            (Directives { min_fresh_s: Some(10), ..none }, FRESH - 10, "cache"),
            (Directives { min_fresh_s: Some(10), ..none }, FRESH - 9, "ask"),
            (Directives { max_stale_s: Some(0), ..none }, FRESH - 1, "cache"),
            (Directives { max_stale_s: Some(0), ..none }, FRESH, "ask"),
            (Directives { max_stale_s: Some(7), ..none }, FRESH - 1, "cache"),
            (Directives { max_stale_s: Some(7), ..none }, FRESH, "stale"),
            (Directives { max_stale_s: Some(7), ..none }, FRESH + 7, "stale"),
            (Directives { max_stale_s: Some(7), ..none }, FRESH + 8, "ask"),
            (Directives { max_stale_s: Some(u32::MAX), ..none }, 1_000_000, "stale"),
            (Directives { max_stale_s: Some(900), max_age_s: Some(FRESH + 1), ..none }, FRESH + 2, "ask"),
        ] {
            assert_eq!(chosen(all, bought(age_s), says), expected, "{says:?} {age_s}");
        }
    }

    #[test]
    fn what_was_old_when_it_was_bought_is_fresh_from_then_on_and_as_old_as_it_is() {
        let none = Directives::default();
        let all = sources(&ALL);
        // Of facts that were 1,000 seconds old when it was bought.
        let bought = |held_s: u32| {
            let answer = aged(1_000 + held_s).map(|a| Answer { bought_at: Some(UnixTime(NOW.0 - held_s)), ..a });
            Held { local: None, bought: answer }
        };
        for (says, held_s, expected) in [
            (none, FRESH - 1, "cache"),
            (none, FRESH, "ask"),
            (Directives { min_fresh_s: Some(10), ..none }, FRESH - 9, "ask"),
            (Directives { max_stale_s: Some(7), ..none }, FRESH + 7, "stale"),
            (Directives { max_age_s: Some(1_070), ..none }, 70, "cache"),
            (Directives { max_age_s: Some(1_070), ..none }, 71, "ask"),
            (Directives { max_age_s: Some(999), ..none }, ASKED_AGAIN_AFTER_S - 1, "cache"),
            (Directives { max_age_s: Some(999), ..none }, ASKED_AGAIN_AFTER_S, "ask"),
            (Directives { max_age_s: Some(1_000), ..none }, 1, "ask"),
            (Directives { max_age_s: Some(0), ..none }, 0, "ask"),
        ] {
            assert_eq!(chosen(all, bought(held_s), says), expected, "{says:?} {held_s}");
        }
        assert_eq!(instead(alike(), bought(FRESH), none, Unanswered::Failed), Some((1_000 + FRESH, "stale")));
        let newer = Held { local: aged(FRESH + 500), ..bought(FRESH) };
        assert_eq!(instead(alike(), newer, none, Unanswered::Failed), Some((FRESH + 500, "stale")), "by its facts");
    }

    #[test]
    fn beside_others_stands_what_is_served_or_else_the_newest() {
        let age = |order: &[SourceKind], local: Option<Answer>, bought| {
            sources(order).listed(Held { local, bought }, NOW).map(|answer| NOW.0 - answer.as_of.0)
        };
        let [local, cache, upstream] = ALL;
        for (local, bought, expected) in [
            (aged(999), aged(0), Some(999)),
            (aged(1000), aged(FRESH - 1), Some(FRESH - 1)),
            // Nothing is fresh: whatever its age.
            (aged(1001), aged(1002), Some(1001)),
            (aged(90_001), aged(90_000), Some(90_000)),
            (None, aged(90_000), Some(90_000)),
            (None, None, None),
        ] {
            assert_eq!(age(&ALL, local, bought), expected, "{local:?} {bought:?}");
        }
        assert_eq!(age(&[cache, local], aged(0), aged(FRESH - 1)), Some(FRESH - 1));
        assert_eq!(age(&[cache, local], aged(5000), aged(FRESH + 1)), Some(5000), "as it is served");
        assert_eq!(age(&[local, upstream], aged(1001), aged(7)), Some(7));
        assert_eq!(age(&[local], aged(5000), aged(0)), Some(5000));
        assert_eq!(age(&[local], None, aged(0)), None);
        assert_eq!(age(&[cache, upstream], aged(0), None), None);
    }

    /// The age of what is served in place of an answer, and as what.
    fn instead(sources: Sources, held: Held, says: Directives, why: Unanswered) -> Option<(u32, &'static str)> {
        let served = sources.instead(held, says, NOW, why);
        served.map(|(answer, origin)| (NOW.0 - answer.as_of.0, origin.name()))
    }

    /// Stale for 500 seconds where nothing else is said, be it bought or imported.
    fn alike() -> Sources {
        Sources { local_max_age_s: Some(FRESH), ..sources(&ALL) }
    }

    const NO_CACHE: Directives =
        Directives { no_cache: true, only_if_cached: false, max_age_s: None, min_fresh_s: None, max_stale_s: None };

    #[test]
    fn the_newest_that_may_be_served_is_when_nobody_answers() {
        let none = Directives::default();
        let held = |local, bought| Held { local, bought };
        let failed = |sources, held, says| instead(sources, held, says, Unanswered::Failed);
        let all = sources(&ALL);
        assert_eq!(failed(all, held(aged(400), aged(450)), none), Some((400, "local")));
        assert_eq!(failed(all, held(aged(450), aged(400)), none), Some((400, "stale")));
        assert_eq!(failed(all, held(aged(1_500), None), none), Some((1_500, "stale")), "for 500 s beyond its 1,000");
        assert_eq!(failed(all, held(aged(1_501), None), none), None);
        // What is fresh is behind an upstream; of whatever age, where that is the rule.
        let ever = Sources { local_max_age_s: None, stale_max_age_s: None, ..sources(&[ALL[2], ALL[0], ALL[1]]) };
        assert_eq!(failed(ever, held(aged(90_000), None), none), Some((90_000, "local")));
        assert_eq!(failed(ever, held(None, aged(FRESH - 1)), none), Some((FRESH - 1, "cache")));
        assert_eq!(failed(ever, held(None, aged(FRESH)), none), None);
        let max_stale = Directives { max_stale_s: Some(1), ..none };
        assert_eq!(failed(ever, held(None, aged(FRESH + 1)), max_stale), Some((FRESH + 1, "stale")));
        // Who wants it anew gets nothing that was bought, and nothing stale.
        for says in [NO_CACHE, Directives { max_stale_s: Some(9), ..NO_CACHE }] {
            assert_eq!(failed(alike(), held(aged(FRESH - 1), aged(0)), says), Some((FRESH - 1, "local")));
            assert_eq!(failed(alike(), held(aged(FRESH), aged(0)), says), None);
        }
        let at_once = Directives { max_age_s: Some(0), ..none };
        assert_eq!(failed(all, held(None, aged(0)), at_once), None);
        assert_eq!(failed(all, held(aged(0), None), at_once), Some((0, "local")));
    }

    #[test]
    fn what_the_caller_says_goes_when_nobody_answers() {
        let none = Directives::default();
        for (says, oldest) in [
            (Directives { max_age_s: Some(9), ..none }, Some(9)),
            (Directives { max_age_s: Some(400), ..none }, Some(FRESH - 1)),
            (Directives { max_age_s: Some(400), max_stale_s: Some(u32::MAX), ..none }, Some(400)),
            (Directives { max_age_s: Some(400), max_stale_s: Some(7), ..none }, Some(FRESH + 7)),
            (Directives { min_fresh_s: Some(0), ..none }, Some(FRESH - 1)),
            (Directives { min_fresh_s: Some(10), ..none }, Some(FRESH - 10)),
            (Directives { min_fresh_s: Some(FRESH + 1), ..none }, None),
            (Directives { max_stale_s: Some(0), ..none }, Some(FRESH - 1)),
            (Directives { max_stale_s: Some(7), ..none }, Some(FRESH + 7)),
            (none, Some(FRESH + 500)),
        ] {
            for held in
                [|age_s| Held { local: None, bought: aged(age_s) }, |age_s| Held { local: aged(age_s), bought: None }]
            {
                let is_served = |age_s: &u32| instead(alike(), held(*age_s), says, Unanswered::Failed).is_some();
                assert_eq!((0..=900).rev().find(is_served), oldest, "{says:?}");
            }
        }
    }

    #[test]
    fn after_a_refusal_own_data_are_served_however_old_and_nothing_that_was_bought() {
        let none = Directives::default();
        let max_age = Directives { max_age_s: Some(90_000), ..none };
        for (says, local, expected) in [
            (none, FRESH - 1, Some("local")),
            (none, 90_000, Some("stale")),
            (Directives { max_stale_s: Some(u32::MAX), ..none }, 90_000, Some("stale")),
            (Directives { max_stale_s: Some(7), ..none }, FRESH + 7, Some("stale")),
            (Directives { max_stale_s: Some(7), ..none }, FRESH + 8, None),
            (Directives { max_stale_s: Some(u32::MAX), ..max_age }, 90_000, Some("stale")),
            (max_age, FRESH, None),
            (Directives { min_fresh_s: Some(0), ..none }, FRESH, None),
            (NO_CACHE, FRESH, None),
        ] {
            let held = Held { local: aged(local), bought: aged(0) };
            let told = instead(alike(), held, says, Unanswered::Refused);
            assert_eq!(told, expected.map(|origin| (local, origin)), "{says:?}");
        }
        let no_local = sources(&[SourceKind::Cache, SourceKind::Upstream]);
        let held = Held { local: aged(0), bought: aged(0) };
        assert_eq!(instead(no_local, held, none, Unanswered::Refused), None);
    }
}
