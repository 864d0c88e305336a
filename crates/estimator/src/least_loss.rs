//! Linear quantile regression by iteratively reweighted least squares: small, deterministic, no dependency.

/// Rows of terms and what they should sum to when weighted.
pub(crate) struct Rows {
    columns: usize,
    terms: Vec<f64>,
    targets: Vec<f64>,
    /// How much each row counts.
    counts: Vec<f64>,
}

/// Weights are pulled to zero as if by so many rows: what the posts do not tell stays small.
const RIDGE: f64 = 30.0;

/// Residuals below this are weighed as this.
const NEAR: f64 = 0.05;

/// Enough for the loss to come to rest, from nothing and from weights that were fitted to much the same rows.
const STEPS: [usize; 2] = [16, 8];

impl Rows {
    pub(crate) fn new(columns: usize) -> Self {
        Self { columns, terms: Vec::new(), targets: Vec::new(), counts: Vec::new() }
    }

    /// Adds a row that counts as so many.
    pub(crate) fn push(&mut self, terms: impl Iterator<Item = f64>, target: f64, count: f64) {
        self.terms.extend(terms);
        self.targets.push(target);
        self.counts.push(count);
        debug_assert_eq!(self.terms.len(), self.columns * self.targets.len(), "every row has every term");
    }

    /// The rows by four, the last block filled with rows that count nothing: the sums over a block pass through the
    /// matrix once, which is most of the time of a fit.
    fn blocks(&self) -> impl Iterator<Item = [(&[f64], f64, f64); 4]> {
        let row = |at: usize| {
            let held = at.min(self.targets.len() - 1);
            let terms = &self.terms[held * self.columns..(held + 1) * self.columns];
            (terms, self.targets[held], if at == held { self.counts[held] } else { 0.0 })
        };
        (0..self.targets.len()).step_by(4).map(move |at| [row(at), row(at + 1), row(at + 2), row(at + 3)])
    }

    /// The root mean square of each column, one where a column is zero.
    fn scales(&self) -> Vec<f64> {
        let mut squares = vec![0.0; self.columns];
        for terms in self.terms.chunks_exact(self.columns) {
            squares.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term * term);
        }
        let root = |sum: f64| libm::sqrt(sum / self.targets.len() as f64);
        squares.into_iter().map(root).map(|scale| if scale > 0.0 { scale } else { 1.0 }).collect()
    }
}

/// The weights that make the pinball loss at `level` least, sought from `near`, or from those of least squares.
pub(crate) fn least_pinball_loss(rows: &Rows, level: f64, near: Option<Vec<f64>>) -> Vec<f64> {
    let scales = rows.scales();
    let [from_nothing, from_near] = STEPS;
    let steps = if near.is_some() { from_near } else { from_nothing };
    let mut weights = near.unwrap_or_else(|| least_squares(rows, &scales, |_, _| 1.0));
    for _ in 0..steps {
        let importance = |terms: &[f64], target: f64| {
            let residual = target - dot(terms, &weights);
            let side = if residual > 0.0 { level } else { 1.0 - level };
            2.0 * side / libm::sqrt(residual * residual + NEAR * NEAR)
        };
        weights = least_squares(rows, &scales, importance);
    }
    weights
}

/// Least squares with each row weighed by `importance`, ridged in units of the columns' scales.
fn least_squares(rows: &Rows, scales: &[f64], importance: impl Fn(&[f64], f64) -> f64) -> Vec<f64> {
    let columns = rows.columns;
    // The lower triangle of the normal equations, row by row, and their right side.
    let (mut matrix, mut right) = (vec![0.0; columns * columns], vec![0.0; columns]);
    for block in rows.blocks() {
        let weights = block.map(|(terms, target, count)| count * importance(terms, target));
        let [a, b, c, d] = block.map(|(terms, ..)| terms);
        for row in 0..columns {
            let [wa, wb, wc, wd] = [a[row] * weights[0], b[row] * weights[1], c[row] * weights[2], d[row] * weights[3]];
            right[row] += wa * block[0].1 + wb * block[1].1 + wc * block[2].1 + wd * block[3].1;
            let cells = &mut matrix[row * columns..row * columns + row + 1];
            let [a, b, c, d] = [a, b, c, d].map(|terms| &terms[..=row]);
            for (cell, ((a, b), (c, d))) in cells.iter_mut().zip(a.iter().zip(b).zip(c.iter().zip(d))) {
                *cell += wa * a + wb * b + wc * c + wd * d;
            }
        }
    }
    for (column, scale) in scales.iter().enumerate() {
        matrix[column * columns + column] += RIDGE * scale * scale;
    }
    solve(matrix, right)
}

/// Solves a positive definite system given by its lower triangle, by Cholesky's decomposition.
fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>) -> Vec<f64> {
    let columns = right.len();
    for row in 0..columns {
        for column in 0..=row {
            let (a, b) = (row * columns, column * columns);
            let sum = matrix[a + column] - dot(&matrix[a..a + column], &matrix[b..b + column]);
            matrix[a + column] = if row == column { libm::sqrt(sum.max(1e-12)) } else { sum / matrix[b + column] };
        }
    }
    for row in 0..columns {
        let a = row * columns;
        right[row] = (right[row] - dot(&matrix[a..a + row], &right[..row])) / matrix[a + row];
    }
    for row in (0..columns).rev() {
        let below: f64 = (row + 1..columns).map(|other| matrix[other * columns + row] * right[other]).sum();
        right[row] = (right[row] - below) / matrix[row * columns + row];
    }
    right
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// y = 2 + 3x with noise that is skewed: its quartiles are known.
    fn skewed() -> Rows {
        let mut rows = Rows::new(2);
        for at in 0..4_000_u32 {
            let (x, noise) = (f64::from(at % 40) / 10.0, f64::from(at / 40) / 100.0);
            rows.push([1.0, x].into_iter(), 2.0 + 3.0 * x + noise * noise, 1.0);
        }
        rows
    }

    #[test]
    fn each_level_is_found() {
        for (level, above) in [(0.25, 0.0625), (0.5, 0.25), (0.75, 0.5625)] {
            let weights = least_pinball_loss(&skewed(), level, None);
            assert!((weights[0] - 2.0 - above).abs() < 0.06, "{level}: {weights:?}");
            assert!((weights[1] - 3.0).abs() < 0.06, "{level}: {weights:?}");
        }
    }
}
