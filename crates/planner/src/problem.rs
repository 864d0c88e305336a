//! The question as numbers: items that are each taken or not, and what they may use together.

/// A creator that may be taken or left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    /// What taking it is worth; may be below zero.
    pub(crate) value: f64,
    /// Its price in fen.
    pub(crate) price: u64,
    /// Its expected views.
    pub(crate) views: u64,
    /// The capped category it is in, as an index of [`Limits::groups`].
    pub(crate) group: Option<usize>,
}

/// What the items taken may use together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The sum of prices at most, in fen.
    pub(crate) budget: u64,
    pub(crate) picks_max: usize,
    /// The sum of views at least.
    pub(crate) views_min: u64,
    /// What items of each capped category may use.
    pub(crate) groups: Vec<Part>,
}

/// What items of a capped category use, or may use at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Part {
    pub(crate) picks: usize,
    /// The sum of prices, in fen.
    pub(crate) price: u64,
}

/// Items and their limits.
#[derive(Debug)]
pub(crate) struct Problem<'a> {
    pub(crate) items: &'a [Item],
    pub(crate) limits: &'a Limits,
}

/// What a set of items uses and is worth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Used {
    pub(crate) value: f64,
    pub(crate) price: u64,
    pub(crate) views: u64,
    pub(crate) picks: usize,
    /// Of that, items of each group.
    pub(crate) groups: Vec<Part>,
}

impl Part {
    pub(crate) const UNLIMITED: Self = Self { picks: usize::MAX, price: u64::MAX };

    pub(crate) fn with(self, item: &Item) -> Self {
        Self { picks: self.picks + 1, price: self.price.saturating_add(item.price) }
    }

    fn without(self, item: &Item) -> Self {
        Self { picks: self.picks - 1, price: self.price.saturating_sub(item.price) }
    }

    /// What is left of this limit beside what is used.
    pub(crate) fn less(self, used: Self) -> Self {
        Self { picks: self.picks.saturating_sub(used.picks), price: self.price.saturating_sub(used.price) }
    }

    pub(crate) fn fits(self, most: Self) -> bool {
        self.picks <= most.picks && self.price <= most.price
    }
}

impl Used {
    pub(crate) fn nothing(limits: &Limits) -> Self {
        Self { value: 0.0, price: 0, views: 0, picks: 0, groups: vec![Part::default(); limits.groups.len()] }
    }

    pub(crate) fn add(&mut self, item: &Item) {
        self.value += item.value;
        self.price = self.price.saturating_add(item.price);
        self.views = self.views.saturating_add(item.views);
        self.picks += 1;
        if let Some(group) = item.group {
            self.groups[group] = self.groups[group].with(item);
        }
    }

    /// The same without an item that is in it.
    pub(crate) fn without(&self, item: &Item) -> Self {
        let mut rest = self.clone();
        rest.value -= item.value;
        rest.price = rest.price.saturating_sub(item.price);
        rest.views = rest.views.saturating_sub(item.views);
        rest.picks -= 1;
        if let Some(group) = item.group {
            rest.groups[group] = rest.groups[group].without(item);
        }
        rest
    }

    /// Whether one more item would be within all limits but the floor of views.
    pub(crate) fn has_room(&self, item: &Item, limits: &Limits) -> bool {
        let in_group = item.group.is_none_or(|group| self.groups[group].with(item).fits(limits.groups[group]));
        in_group && self.picks < limits.picks_max && self.price.saturating_add(item.price) <= limits.budget
    }

    /// Whether this is within all limits but the floor of views.
    pub(crate) fn fits(&self, limits: &Limits) -> bool {
        self.price <= limits.budget
            && self.picks <= limits.picks_max
            && self.groups.iter().zip(&limits.groups).all(|(part, most)| part.fits(*most))
    }
}

impl Problem<'_> {
    /// What a set of items uses.
    pub(crate) fn used(&self, chosen: &[usize]) -> Used {
        let mut used = Used::nothing(self.limits);
        chosen.iter().for_each(|at| used.add(&self.items[*at]));
        used
    }

    /// The worth of a set that keeps every limit; none where one is broken.
    pub(crate) fn worth(&self, chosen: &[usize]) -> Option<f64> {
        let used = self.used(chosen);
        (used.fits(self.limits) && used.views >= self.limits.views_min).then_some(used.value)
    }

    /// Takes items in the given order as long as they fit.
    pub(crate) fn fill(&self, order: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut used = Used::nothing(self.limits);
        let mut chosen = Vec::new();
        for at in order {
            if used.has_room(&self.items[at], self.limits) {
                used.add(&self.items[at]);
                chosen.push(at);
            }
        }
        chosen
    }
}
