//! Sums of small decision trees: what the method `trees` forecasts by. A tree of this kind asks the same three questions of
//! every creator, whatever the earlier answers were (a symmetric or oblivious tree), so that it fits on a line.

mod file;
mod grow;
mod values;

pub(crate) use file::{TreesTable, push_trees};
pub(crate) use grow::{Examples, grow};
pub(crate) use values::{NAMES, Values, values};

/// How many questions a tree asks.
pub(crate) const DEPTH: usize = 3;

/// One tree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    /// Each question: is the value at this place of [`NAMES`] above this number?
    pub(crate) questions: [(u8, f64); DEPTH],
    /// What the answers add to the logarithm of plays, at their [`place`].
    pub(crate) adds: [f64; 1 << DEPTH],
}

/// Trees whose answers are summed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trees {
    /// What the sum starts from.
    pub(crate) start: f64,
    pub(crate) trees: Vec<Tree>,
}

/// The place of three answers: the first counts 1, the second 2, the third 4.
fn place(answers: [bool; DEPTH]) -> usize {
    answers.iter().rev().fold(0, |place, answer| place << 1 | usize::from(*answer))
}

impl Tree {
    fn answer(&self, values: &Values) -> f64 {
        self.adds[place(self.questions.map(|(value, border)| values[usize::from(value)] > border))]
    }
}

impl Trees {
    /// The sum of all answers.
    pub(crate) fn sum(&self, values: &Values) -> f64 {
        self.trees.iter().fold(self.start, |sum, tree| sum + tree.answer(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_counts_one_the_second_two_the_third_four() {
        let tree = Tree { questions: [(0, 1.0), (1, 2.0), (2, 3.0)], adds: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0] };
        let answer = |first: f64, second: f64, third: f64| {
            let mut values = [0.0; NAMES.len()];
            values[..3].copy_from_slice(&[first, second, third]);
            Trees { start: 0.5, trees: vec![tree.clone()] }.sum(&values)
        };
        assert_eq!(answer(1.0, 2.0, 3.0), 0.5, "not above is no");
        assert_eq!(answer(1.1, 2.0, 3.0), 1.5);
        assert_eq!(answer(1.0, 2.1, 3.0), 2.5);
        assert_eq!(answer(1.0, 2.1, 3.1), 6.5);
        assert_eq!(answer(9.0, 9.0, 9.0), 7.5);
    }
}
