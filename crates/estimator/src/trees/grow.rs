//! Growing trees: gradient boosting of the pinball loss. Each tree is fitted to which side of the sum so far the examples lie
//! on, its answers are the level of their distances, and a fifth of that is added. Deterministic, on any machine.

use super::{DEPTH, Tree, Trees, Values, place, values};
use crate::coefficients::rounded;
use crate::scattered::mixed;

/// How many trees.
const TREES: usize = 80;

/// How much of each tree's answers is taken: small steps in many directions forecast better than large ones.
const STEP: f64 = 0.2;

/// An answer is pulled to zero as if by so many examples.
const PULL: f64 = 20.0;

/// At most so many borders of a value are asked about: its percentiles.
const BORDERS: usize = 63;

/// Examples to grow trees by, with every value as the number of borders it is above.
pub(crate) struct Examples {
    borders: Vec<Vec<f64>>,
    /// Of each value, those of all examples.
    places: Vec<Vec<u8>>,
    targets: Vec<f64>,
    counts: Vec<f64>,
}

impl Examples {
    /// Of values, what the trees should sum to, and how much each example counts.
    pub(crate) fn of<'a>(examples: impl Iterator<Item = (&'a Values, f64, f64)>) -> Self {
        let (mut all, mut targets, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        for (values, target, count) in examples {
            all.push(values);
            targets.push(target);
            counts.push(count);
        }
        let borders: Vec<Vec<f64>> = (0..values::COUNT).map(|value| borders(&all, value)).collect();
        let place = |value: f64, borders: &[f64]| borders.partition_point(|border| *border < value) as u8;
        let places = borders.iter().enumerate();
        let places = places.map(|(value, borders)| all.iter().map(|of| place(of[value], borders)).collect());
        Self { places: places.collect(), borders, targets, counts }
    }

    /// Whether a value of an example is above one of its borders.
    fn answer(&self, (value, border): (usize, usize), example: usize) -> bool {
        usize::from(self.places[value][example]) > border
    }
}

/// Percentiles of a value, to three decimals.
fn borders(all: &[&Values], value: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = all.iter().map(|of| of[value]).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |number: usize| sorted[sorted.len() * number / (BORDERS + 1)];
    let mut borders: Vec<f64> = (1..=BORDERS).map(|number| rounded(at(number), 1e3)).collect();
    borders.dedup();
    borders
}

/// Trees whose sum has the least pinball loss at `level`.
pub(crate) fn grow(examples: &Examples, level: f64) -> Trees {
    let mut all: Vec<u32> = (0..examples.targets.len() as u32).collect();
    let mut residuals = examples.targets.clone();
    let start = four_decimals(at_level(examples, &residuals, &mut all, level).0);
    residuals.iter_mut().for_each(|residual| *residual -= start);
    let mut trees = Vec::with_capacity(TREES);
    for number in 0..TREES as u64 {
        let tree = Growing::new(examples, &residuals, level, number).tree();
        for (example, residual) in residuals.iter_mut().enumerate() {
            *residual -= tree.adds[place(tree.asked.map(|question| examples.answer(question, example)))];
        }
        let questions = tree.asked.map(|(value, border)| (value as u8, examples.borders[value][border]));
        trees.push(Tree { questions, adds: tree.adds });
    }
    Trees { start, trees }
}

/// A tree while it grows: `asked` are values and places of their borders.
struct Grown {
    asked: [(usize, usize); DEPTH],
    adds: [f64; 1 << DEPTH],
}

struct Growing<'a> {
    examples: &'a Examples,
    residuals: &'a [f64],
    level: f64,
    /// What the choice of examples and values is drawn by.
    number: u64,
    /// The examples this tree sees.
    seen: Vec<u32>,
    /// Which way the loss falls at each of these, times what it counts; and what it counts.
    slopes: Vec<(f32, f32)>,
    /// Where their answers so far lead.
    nodes: Vec<u8>,
}

impl<'a> Growing<'a> {
    fn new(examples: &'a Examples, residuals: &'a [f64], level: f64, number: u64) -> Self {
        let sees = |example: &u32| !drawn(number << 32 | u64::from(*example));
        let seen: Vec<u32> = (0..residuals.len() as u32).filter(sees).collect();
        let slope = |example: &u32| {
            let (residual, count) = (residuals[*example as usize], examples.counts[*example as usize]);
            let slope = if residual > 0.0 { level } else { level - 1.0 };
            ((slope * count) as f32, count as f32)
        };
        let slopes = seen.iter().map(slope).collect();
        let nodes = vec![0; seen.len()];
        Self { examples, residuals, level, number, seen, slopes, nodes }
    }

    fn tree(mut self) -> Grown {
        let asked = std::array::from_fn(|depth| {
            let question = self.best_question(depth);
            for (node, example) in self.nodes.iter_mut().zip(&self.seen) {
                *node |= u8::from(self.examples.answer(question, *example as usize)) << depth;
            }
            question
        });
        Grown { asked, adds: self.adds() }
    }

    /// The question by which the loss falls most; the first of several.
    fn best_question(&self, depth: usize) -> (usize, usize) {
        let mut best = (f64::NEG_INFINITY, (0, 0));
        // A quarter of the values, drawn for each question: what the strongest hide is found too.
        let asks = |value: &usize| drawn(!self.number << 16 ^ (depth * values::COUNT + value) as u64);
        for value in (0..values::COUNT).filter(asks) {
            let sums = self.sums(value, depth);
            for border in 0..self.examples.borders[value].len() {
                let gain = sums.iter().map(|node| node.gain(border)).sum::<f64>();
                if gain > best.0 {
                    best = (gain, (value, border));
                }
            }
        }
        best.1
    }

    /// Of each node, slopes and counts up to each border.
    fn sums(&self, value: usize, depth: usize) -> Vec<Sums> {
        let mut sums = vec![Sums([(0.0, 0.0); BORDERS + 1]); 1 << depth];
        let places = &self.examples.places[value];
        for ((example, node), (slope, count)) in self.seen.iter().zip(&self.nodes).zip(&self.slopes) {
            let sum = &mut sums[usize::from(*node)].0[usize::from(places[*example as usize])];
            sum.0 += f64::from(*slope);
            sum.1 += f64::from(*count);
        }
        for node in &mut sums {
            for place in 1..=BORDERS {
                let (slope, count) = node.0[place - 1];
                node.0[place].0 += slope;
                node.0[place].1 += count;
            }
        }
        sums
    }

    /// What each leaf adds: the level of its residuals, pulled to zero.
    fn adds(&self) -> [f64; 1 << DEPTH] {
        let mut leaves: [Vec<u32>; 1 << DEPTH] = Default::default();
        self.seen.iter().zip(&self.nodes).for_each(|(example, node)| leaves[usize::from(*node)].push(*example));
        leaves.map(|mut leaf| {
            let (residual, count) = at_level(self.examples, self.residuals, &mut leaf, self.level);
            four_decimals(STEP * residual * count / (count + PULL))
        })
    }
}

/// Slopes and counts of the examples of a node up to each border.
#[derive(Clone)]
struct Sums([(f64, f64); BORDERS + 1]);

impl Sums {
    fn gain(&self, border: usize) -> f64 {
        let (slope, count) = self.0[border];
        let (all_slope, all_count) = self.0[BORDERS];
        let part = |slope: f64, count: f64| slope * slope / (count + PULL);
        part(slope, count) + part(all_slope - slope, all_count - count)
    }
}

/// One lot in four.
fn drawn(lot: u64) -> bool {
    mixed(lot).is_multiple_of(4)
}

/// The residual that the share `level` of what the chosen examples count lies below, and what they count.
fn at_level(examples: &Examples, residuals: &[f64], chosen: &mut [u32], level: f64) -> (f64, f64) {
    let residual = |example: u32| residuals[example as usize];
    chosen.sort_unstable_by(|a, b| residual(*a).total_cmp(&residual(*b)));
    let count: f64 = chosen.iter().map(|example| examples.counts[*example as usize]).sum();
    let mut below = 0.0;
    let found = chosen.iter().find(|example| {
        below += examples.counts[**example as usize];
        below >= count * level
    });
    (found.map_or(0.0, |example| residual(*example)), count)
}

/// A line of the file holds eight such numbers.
fn four_decimals(number: f64) -> f64 {
    rounded(number, 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step that no line follows, with noise from 0 to 1 that is skewed: squares.
    fn stepped() -> Vec<(Values, f64)> {
        let of = |number: u64| {
            let lot = |salt: u64| (mixed(number << 8 | salt) % 1_000) as f64 / 1_000.0;
            let mut values = [0.0; values::COUNT];
            values.iter_mut().enumerate().for_each(|(at, value)| *value = lot(at as u64));
            (values, step(&values) + lot(200) * lot(200))
        };
        (0..6_000).map(of).collect()
    }

    fn step(values: &Values) -> f64 {
        if values[3] > 0.4 { 2.0 } else { 0.0 }
    }

    fn grown(examples: &[(Values, f64)], level: f64) -> Trees {
        grow(&Examples::of(examples.iter().map(|(values, target)| (values, *target, 1.0))), level)
    }

    #[test]
    fn a_step_is_found_at_each_level() {
        let (seen, unseen) = (stepped(), stepped().split_off(5_000));
        for (level, noise) in [(0.25, 0.062_5), (0.5, 0.25), (0.75, 0.562_5)] {
            let trees = grown(&seen[..5_000], level);
            let missed = |(values, _): &(Values, f64)| (trees.sum(values) - step(values) - noise).abs();
            let mean = unseen.iter().map(missed).sum::<f64>() / unseen.len() as f64;
            assert!(mean < 0.1, "{level}: {mean}");
            let below = unseen.iter().filter(|(values, target)| *target < trees.sum(values)).count();
            let share = below as f64 / unseen.len() as f64;
            assert!((share - level).abs() < 0.05, "{level}: {share}");
        }
    }

    #[test]
    fn what_counts_more_pulls_more() {
        let values = [0.0; values::COUNT];
        let examples = (0..100).map(|number| (&values, f64::from(number), if number < 50 { 1.0 } else { 3.0 }));
        let trees = grow(&Examples::of(examples), 0.5);
        // 50 of the weight of 200 lie below 50, and 50 more below 66.7.
        assert!((trees.sum(&values) - 66.0).abs() < 1.0, "{}", trees.sum(&values));
    }

    #[test]
    fn the_same_examples_give_the_same_trees() {
        let examples = stepped();
        assert_eq!(grown(&examples[..1_000], 0.5), grown(&examples[..1_000], 0.5));
    }
}
