//! Linear quantile regression by iteratively reweighted least squares: small, deterministic, no dependency.

/// Rows of terms and what they should sum to when weighted.
pub(crate) struct Rows {
    columns: usize,
    terms: Vec<f64>,
    targets: Vec<f64>,
}

/// Weights are pulled to zero as if by so many rows: what the posts do not tell stays small.
const RIDGE: f64 = 30.0;

/// Residuals below this are weighed as this.
const NEAR: f64 = 0.05;

/// Enough for the loss to come to rest.
const STEPS: usize = 30;

impl Rows {
    pub(crate) fn new(columns: usize) -> Self {
        Self { columns, terms: Vec::new(), targets: Vec::new() }
    }

    pub(crate) fn push(&mut self, terms: impl Iterator<Item = f64>, target: f64) {
        self.terms.extend(terms);
        self.targets.push(target);
        debug_assert_eq!(self.terms.len(), self.columns * self.targets.len(), "every row has every term");
    }

    fn iter(&self) -> impl Iterator<Item = (&[f64], f64)> {
        self.terms.chunks_exact(self.columns).zip(self.targets.iter().copied())
    }

    /// The root mean square of each column, one where a column is zero.
    fn scales(&self) -> Vec<f64> {
        let mut squares = vec![0.0; self.columns];
        for (terms, _) in self.iter() {
            squares.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term * term);
        }
        let root = |sum: f64| libm::sqrt(sum / self.targets.len() as f64);
        squares.into_iter().map(root).map(|scale| if scale > 0.0 { scale } else { 1.0 }).collect()
    }
}

/// The weights that make the pinball loss at `level` least.
pub(crate) fn least_pinball_loss(rows: &Rows, level: f64) -> Vec<f64> {
    let scales = rows.scales();
    let mut weights = vec![0.0; rows.columns];
    for step in 0..STEPS {
        let importance = |terms: &[f64], target: f64| {
            if step == 0 {
                return 1.0;
            }
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
    for (terms, target) in rows.iter() {
        let weight = importance(terms, target);
        for (row, term) in terms.iter().enumerate() {
            let weighed = weight * term;
            right[row] += weighed * target;
            let cells = &mut matrix[row * columns..row * columns + row + 1];
            cells.iter_mut().zip(terms).for_each(|(cell, other)| *cell += weighed * other);
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
            rows.push([1.0, x].into_iter(), 2.0 + 3.0 * x + noise * noise);
        }
        rows
    }

    #[test]
    fn each_level_is_found() {
        for (level, above) in [(0.25, 0.0625), (0.5, 0.25), (0.75, 0.5625)] {
            let weights = least_pinball_loss(&skewed(), level);
            assert!((weights[0] - 2.0 - above).abs() < 0.06, "{level}: {weights:?}");
            assert!((weights[1] - 3.0).abs() < 0.06, "{level}: {weights:?}");
        }
    }
}
