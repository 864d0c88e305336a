//! Ranking: one pass over the columns that a question is about, keeping the best few.

use std::fmt;
use std::str::FromStr;

use domain::{Platform, SnapshotSource, Tier};

use crate::columns::{Columns, Figures, NO_NUMBER, NONE};
use crate::cursor::{Cursor, Value};
use crate::listed::{Brief, Listed};

/// What creators are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// What a thousand views cost.
    Cpm,
    /// What an interaction costs.
    Cpe,
    /// What a placement costs.
    Price,
    /// Expected views.
    Views,
    /// Expected interactions.
    Interactions,
    /// The hot share, as much of it as the posts it rests on are worth.
    Hot,
    /// Followers.
    Followers,
    /// The name of the category, by code points.
    Category,
}

impl By {
    /// Everything that can be sorted by.
    pub const ALL: [By; 8] = [
        Self::Cpm,
        Self::Cpe,
        Self::Price,
        Self::Views,
        Self::Interactions,
        Self::Hot,
        Self::Followers,
        Self::Category,
    ];

    /// The name in questions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpm => "cpm",
            Self::Cpe => "cpe",
            Self::Price => "price",
            Self::Views => "views",
            Self::Interactions => "interactions",
            Self::Hot => "hot",
            Self::Followers => "followers",
            Self::Category => "category",
        }
    }

    /// Whether more is better, and so the largest come first where nobody says otherwise.
    pub fn is_descending(self) -> bool {
        !matches!(self, Self::Cpm | Self::Cpe | Self::Price | Self::Category)
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for By {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|by| by.name() == name).ok_or(())
    }
}

/// The order of an answer. Equal figures come in the order of the ids' texts, so that no two creators have one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The figure.
    pub by: By,
    /// The tier whose prices and costs count.
    pub tier: Tier,
    /// Whether the largest come first.
    pub descending: bool,
}

/// The least and the most a figure may be, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The least.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
}

/// Which creators are asked for. A bound leaves out those whose figure is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Of this category.
    pub category: Option<String>,
    /// With an id or a name that begins so.
    pub prefix: Option<String>,
    /// Followers.
    pub followers: Bounds,
    /// The price of the sort's tier, in fen.
    pub price: Bounds,
    /// The CPM of the sort's tier, in fen.
    pub cpm: Bounds,
    /// Expected views.
    pub views: Bounds,
    /// The hot share, in basis points.
    pub hot: Bounds,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The platform.
    pub platform: Platform,
    /// The order.
    pub sort: Sort,
    /// Who is left out.
    pub filter: Filter,
    /// How many creators at most.
    pub limit: usize,
    /// Where the answer before ended.
    pub after: Option<Cursor>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How many creators pass the filter and have the figure sorted by, on all pages together.
    pub total: usize,
    /// The same by source, at the places of the sources' numbers.
    pub by_source: [usize; SnapshotSource::ALL.len()],
    /// The creators of this page.
    pub creators: Vec<Listed>,
    /// What to ask for the next page with, where there is one.
    pub next: Option<Cursor>,
}

/// Answers a question.
pub(crate) fn search(columns: &Columns, search: &Search, edition: u64) -> Found {
    let none = Found { total: 0, by_source: Default::default(), creators: Vec::new(), next: None };
    let Some((figures, tests)) = columns.by(search.sort).zip(Tests::of(columns, &search.filter, search.sort.tier))
    else {
        return none;
    };
    let sort = search.sort;
    let mut passing = Passing {
        descending: sort.descending,
        after: search.after.as_ref().map(|cursor| first_after(columns, cursor)),
        best: Best::new(search.limit),
        total: 0,
        by_source: Default::default(),
        left: 0,
    };
    match figures {
        Figures::Of(figures) => passing.look(figures.iter().copied(), &tests),
        Figures::Small(numbers) => {
            let figure = |number: &u32| if *number == NO_NUMBER { NONE } else { u64::from(*number) };
            passing.look(numbers.iter().map(figure), &tests);
        }
    }
    let Passing { best, total, by_source, left, .. } = passing;
    let best = best.into_sorted();
    let next = best.last().filter(|_| left > best.len()).map(|(key, place)| Cursor {
        edition,
        sort,
        value: value(columns, turned(*key, sort.descending), sort.by),
        author_id: columns.ids[*place].clone(),
    });
    Found { total, by_source, creators: best.iter().map(|(_, place)| columns.listed(*place)).collect(), next }
}

/// Everybody who passes a filter, in the order of the ids' texts.
pub(crate) fn passing<'a>(columns: &'a Columns, filter: &'a Filter, tier: Tier) -> impl Iterator<Item = Brief<'a>> {
    let tests = Tests::of(columns, filter, tier);
    let places = 0..tests.as_ref().map_or(0, |_| columns.len());
    let passes = move |place: &usize| tests.as_ref().is_some_and(|tests| tests.pass(*place));
    places.filter(passes).map(|place| columns.brief(place))
}

/// A figure turned round where the largest come first, so that the smallest always do; and back.
fn turned(figure: u64, descending: bool) -> u64 {
    if descending { !figure } else { figure }
}

/// What a cursor keeps of a figure.
fn value(columns: &Columns, figure: u64, by: By) -> Value {
    let name = u32::try_from(figure).ok().filter(|_| by == By::Category).and_then(|at| columns.categories.name(at));
    name.map_or(Value::Figure(figure), |name| Value::Category(name.to_owned()))
}

/// The least key that comes behind that of a cursor, whose creator and category may have gone.
fn first_after(columns: &Columns, cursor: &Cursor) -> (u64, usize) {
    let descending = cursor.sort.descending;
    let name = match &cursor.value {
        Value::Figure(figure) => return (turned(*figure, descending), first_behind(columns, cursor)),
        Value::Category(name) => name,
    };
    if let Some(number) = columns.categories.find(name) {
        return (turned(u64::from(number), descending), first_behind(columns, cursor));
    }
    let next = u64::from(columns.categories.first_not_before(name));
    // The other way round, behind all creators of the next category is before those of the one before.
    (turned(next, descending), if descending { usize::MAX } else { 0 })
}

/// The creators that pass, as they are looked at in the order of their places.
struct Passing {
    descending: bool,
    /// Keys below it were on pages before.
    after: Option<(u64, usize)>,
    best: Best,
    total: usize,
    by_source: [usize; SnapshotSource::ALL.len()],
    /// Of these, on this page and those behind it.
    left: usize,
}

impl Passing {
    #[inline]
    fn look(&mut self, figures: impl Iterator<Item = u64>, tests: &Tests<'_>) {
        let (descending, after) = (self.descending, self.after);
        for (place, figure) in figures.enumerate() {
            if figure == NONE || !tests.pass(place) {
                continue;
            }
            self.total += 1;
            self.by_source[usize::from(tests.columns.source[place].number())] += 1;
            let key = (turned(figure, descending), place);
            if after.is_none_or(|after| key >= after) {
                self.left += 1;
                self.best.offer(key);
            }
        }
    }
}

/// The first place whose id comes behind that of the cursor, who may have gone.
fn first_behind(columns: &Columns, cursor: &Cursor) -> usize {
    let mut buffer = itoa::Buffer::new();
    let place = columns.first_not_before(cursor.author_id.write(&mut buffer));
    place + usize::from(columns.ids.get(place) == Some(&cursor.author_id))
}

/// The smallest of many keys.
struct Best {
    limit: usize,
    keys: Vec<(u64, usize)>,
    /// No key that is not below it is among the smallest.
    worst: Option<(u64, usize)>,
}

impl Best {
    fn new(limit: usize) -> Self {
        Self { limit, keys: Vec::new(), worst: None }
    }

    fn offer(&mut self, key: (u64, usize)) {
        if self.limit == 0 || self.worst.is_some_and(|worst| key >= worst) {
            return;
        }
        self.keys.push(key);
        if self.keys.len() >= self.limit.saturating_mul(2) {
            let (_, worst, _) = self.keys.select_nth_unstable(self.limit - 1);
            self.worst = Some(*worst);
            self.keys.truncate(self.limit);
        }
    }

    fn into_sorted(mut self) -> Vec<(u64, usize)> {
        self.keys.sort_unstable();
        self.keys.truncate(self.limit);
        self.keys
    }
}

/// What a creator has to pass, made ready for a pass over all of them.
struct Tests<'a> {
    columns: &'a Columns,
    category: Option<u32>,
    prefix: Option<(std::ops::Range<usize>, &'a str)>,
    bounds: Vec<(&'a [u64], u64, u64)>,
}

impl<'a> Tests<'a> {
    /// None where nobody can pass.
    fn of(columns: &'a Columns, filter: &'a Filter, tier: Tier) -> Option<Self> {
        let Filter { category, prefix, followers, price, cpm, views, hot } = filter;
        let category = match category {
            Some(name) => Some(columns.categories.find(name)?),
            None => None,
        };
        let prefix = prefix.as_deref().map(|prefix| (columns.places_of_prefix(prefix), prefix));
        let mut bounds = Vec::new();
        let of_all = [(followers, &columns.followers), (views, &columns.views), (hot, &columns.hot)];
        let tier = columns.of_tier(tier)?;
        for (bound, column) in of_all.into_iter().chain([(price, &tier.price), (cpm, &tier.cpm)]) {
            if *bound != Bounds::default() {
                // An unknown figure is above every bound.
                let max = bound.max.unwrap_or(NONE).min(NONE - 1);
                bounds.push((column.as_slice(), bound.min.unwrap_or(0), max));
            }
        }
        Some(Self { columns, category, prefix, bounds })
    }

    #[inline]
    fn pass(&self, place: usize) -> bool {
        self.category.is_none_or(|category| self.columns.category[place] == category)
            && self.bounds.iter().all(|(column, min, max)| (*min..=*max).contains(&column[place]))
            && self.prefix.as_ref().is_none_or(|(places, prefix)| {
                let begins = |name: &str| name.starts_with(prefix);
                places.contains(&place) || self.columns.names.get(place).is_some_and(begins)
            })
    }
}
