//! Trees in the coefficients' file: one a line.

use serde::Deserialize;

use super::{DEPTH, NAMES, Tree, Trees};

/// The trees of one percentile in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TreesTable {
    start: f64,
    trees: Vec<Line>,
}

/// The questions, by name, and what the answers add.
type Line = ([(String, f64); DEPTH], [f64; 1 << DEPTH]);

impl TreesTable {
    /// The trees, or what is wrong with them.
    pub(crate) fn read(self) -> Result<Trees, &'static str> {
        let trees = self.trees.into_iter().map(tree).collect::<Result<Vec<Tree>, _>>()?;
        if !self.start.is_finite() {
            return Err("the start of trees should be finite");
        }
        Ok(Trees { start: self.start, trees })
    }
}

fn tree((asked, adds): Line) -> Result<Tree, &'static str> {
    let mut questions = [(0, 0.0); DEPTH];
    for (question, (name, border)) in questions.iter_mut().zip(asked) {
        let value = NAMES.iter().position(|known| *known == name);
        let value = value.ok_or("a tree asks about something unknown: fit the coefficients again")?;
        *question = (value as u8, border);
    }
    let numbers = questions.iter().map(|(_, border)| border).chain(&adds);
    if numbers.into_iter().any(|number| !number.is_finite()) {
        return Err("every number of a tree should be finite");
    }
    Ok(Tree { questions, adds })
}

/// The table's text under its header.
pub(crate) fn push_trees(text: &mut String, trees: &Trees) {
    text.push_str(&format!("start = {:?}\ntrees = [\n", trees.start));
    for Tree { questions, adds } in &trees.trees {
        let asked: Vec<String> =
            questions.iter().map(|(value, border)| format!("[{:?}, {border:?}]", NAMES[usize::from(*value)])).collect();
        text.push_str(&format!("  [[{}], {adds:?}],\n", asked.join(", ")));
    }
    text.push_str("]\n");
}
