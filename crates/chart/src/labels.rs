//! Names beside dots, as many as fit without covering one another or a dot.

use crate::canvas::Point;

const LETTER: f64 = 7.4;
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

/// Where a name stands: beside its dot it begins or ends there, whatever its width is in the reader's font.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) at: Point,
    /// The class that says which of its ends is there.
    pub(crate) anchor: &'static str,
}

/// The width of a text at the size of labels: about, for the font is the reader's.
pub(crate) fn width(text: &str) -> f64 {
    text.chars().map(|letter| if letter.is_ascii() { LETTER } else { LETTER * 1.8 }).sum()
}

/// For each dot, in order of importance, where its name stands; none where there is no room for it between `left` and `right`.
pub(crate) fn places(dots: &[Point], names: &[&str], left: f64, right: f64) -> Vec<Option<Place>> {
    let around = |dot: &Point| Taken { left: dot.x - 5.0, right: dot.x + 5.0, top: dot.y - 5.0, bottom: dot.y + 5.0 };
    let mut taken: Vec<Taken> = dots.iter().map(around).collect();
    let mut place = |dot: &Point, name: &str| {
        let width = width(name);
        // What the anchor is at, how much of the name is left of it, and how much lower it is.
        let places =
            [(GAP, 0.0, 0.0, ""), (-GAP, 1.0, 0.0, "end"), (0.0, 0.5, -HEIGHT, "mid"), (0.0, 0.5, HEIGHT, "mid")];
        for (x, share, y, anchor) in places {
            let (start, middle) = (dot.x + x - width * share, dot.y + y);
            let (top, bottom) = (middle - HEIGHT / 2.0, middle + HEIGHT / 2.0);
            let wanted = Taken { left: start, right: start + width, top, bottom };
            if wanted.left >= left && wanted.right <= right && !taken.iter().any(|other| other.meets(&wanted)) {
                taken.push(wanted);
                return Some(Place { at: Point::new(dot.x + x, middle + 4.0), anchor });
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
        let told = |place: Option<Place>| place.map(|place| (place.at.x, place.at.y, place.anchor));
        assert_eq!(told(places[0]), Some((58.0, 54.0, "")));
        // On the right of the first there is no room for the second: it goes to the left, clear of the dots.
        assert_eq!(told(places[1]), Some((42.0, 56.0, "end")));
        assert_eq!(told(places[2]), Some((187.0, 54.0, "end")));
    }
}
