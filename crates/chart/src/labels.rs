//! Names beside dots, as many as fit without covering one another or a dot.

use crate::canvas::Point;

const LETTER: f64 = 6.8;
const HEIGHT: f64 = 14.0;
/// Between a dot and its name.
const GAP: f64 = 8.0;

/// A box that nothing else may cover.
#[derive(Clone, Copy)]
struct Taken {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Taken {
    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// The width of a text at the size of labels: about, for the font is the reader's.
pub(crate) fn width(text: &str) -> f64 {
    text.chars().map(|letter| if letter.is_ascii() { LETTER } else { LETTER * 1.8 }).sum()
}

/// For each dot, in order of importance, where its name begins; none where there is no room for it between `left` and `right`.
pub(crate) fn places(dots: &[Point], names: &[&str], left: f64, right: f64) -> Vec<Option<Point>> {
    let around = |dot: &Point| Taken { left: dot.x - 5.0, right: dot.x + 5.0, top: dot.y - 5.0, bottom: dot.y + 5.0 };
    let mut taken: Vec<Taken> = dots.iter().map(around).collect();
    let mut place = |dot: &Point, name: &str| {
        let width = width(name);
        let starts = [(GAP, 0.0), (-GAP - width, 0.0), (-width / 2.0, -HEIGHT), (-width / 2.0, HEIGHT)];
        for (x, y) in starts {
            let (start, middle) = (dot.x + x, dot.y + y);
            let (top, bottom) = (middle - HEIGHT / 2.0, middle + HEIGHT / 2.0);
            let wanted = Taken { left: start, right: start + width, top, bottom };
            if wanted.left >= left && wanted.right <= right && !taken.iter().any(|other| other.meets(&wanted)) {
                taken.push(wanted);
                return Some(Point::new(start, middle + 4.0));
            }
        }
        None
    };
    dots.iter().zip(names).map(|(dot, name)| place(dot, name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_where_there_is_room_and_nowhere_else() {
        let dots = [Point::new(50.0, 50.0), Point::new(50.0, 52.0), Point::new(195.0, 50.0)];
        let places = places(&dots, &["a", "b", "wide"], 0.0, 200.0);
        assert_eq!(places[0], Some(Point::new(58.0, 54.0)));
        // Beside the first there is no room for the second: it goes to the left, clear of the dots.
        assert!(places[1].is_some_and(|at| at.x < 45.0));
        assert!(places[2].is_some_and(|at| at.x < 190.0));
    }
}
