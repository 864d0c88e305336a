//! Many short texts in one piece of memory.

use std::collections::HashMap;

/// A text for each place; none is the empty one.
#[derive(Default, Hash)]
pub(crate) struct Names {
    text: String,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl Names {
    /// Adds the text of the next place.
    pub(crate) fn push(&mut self, name: Option<&str>) {
        // 4 GiB of names are more than the creators there are; beyond that a name is left out, not cut.
        let room = (u32::MAX as usize).saturating_sub(self.text.len());
        let name = name.filter(|name| name.len() <= room).unwrap_or_default();
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
    }

    /// The text of a place.
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        Some(&self.text[start as usize..self.ends[place] as usize]).filter(|name| !name.is_empty())
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

/// Few different texts, many times: each has a number.
#[derive(Default)]
pub(crate) struct Numbered {
    names: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl Numbered {
    /// The number of a text.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.into());
        self.numbers.insert(name.into(), number);
        number
    }

    /// Numbers the texts anew, in their order by code points. Tells the new number of each old one.
    pub(crate) fn sort(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        order.sort_unstable_by_key(|number| &self.names[*number as usize]);
        let mut renumbered = vec![0; order.len()];
        for (new, old) in (0..).zip(order) {
            renumbered[old as usize] = new;
        }
        self.names.sort_unstable();
        self.numbers.values_mut().for_each(|number| *number = renumbered[*number as usize]);
        renumbered
    }

    /// The first number whose text does not come before a text, once they are sorted.
    pub(crate) fn first_not_before(&self, name: &str) -> u32 {
        self.names.partition_point(|before| &**before < name) as u32
    }

    /// The number of a text that has one.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The text of a number.
    pub(crate) fn name(&self, number: u32) -> Option<&str> {
        self.names.get(number as usize).map(|name| &**name)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.names.iter().map(|name| 2 * name.len() + 64).sum()
    }
}
