//! The named methods of expected views.

use std::str::FromStr;

/// A method of expected views. Its name and version are kept with every snapshot it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The median plays of the latest 10 posts: of the medians, the best forecast of the next post on public data.
    #[default]
    Median10,
    /// The median plays of the latest 15 posts.
    Median15,
    /// The median plays of the latest 30 posts.
    Median30,
}

/// A name that is no method's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMethod(pub String);

impl std::fmt::Display for UnknownMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} is no method; the methods are median-10, median-15, median-30", self.0)
    }
}

impl std::error::Error for UnknownMethod {}

impl Method {
    /// Every method.
    pub const ALL: [Method; 3] = [Self::Median10, Self::Median15, Self::Median30];

    /// Name and version, as kept with snapshots. The version changes when the same posts give other figures.
    pub fn versioned_name(self) -> &'static str {
        match self {
            Self::Median10 => "median-10/1",
            Self::Median15 => "median-15/1",
            Self::Median30 => "median-30/1",
        }
    }

    /// The most posts the method looks at.
    pub(crate) fn window(self) -> usize {
        match self {
            Self::Median10 => 10,
            Self::Median15 => 15,
            Self::Median30 => Self::MAX_WINDOW,
        }
    }

    /// The largest window of any method.
    pub(crate) const MAX_WINDOW: usize = 30;
}

impl FromStr for Method {
    type Err = UnknownMethod;

    /// Reads a method's name, with or without its version.
    fn from_str(name: &str) -> Result<Self, UnknownMethod> {
        Self::ALL
            .into_iter()
            .find(|method| {
                let versioned = method.versioned_name();
                versioned == name || versioned.split('/').next() == Some(name)
            })
            .ok_or_else(|| UnknownMethod(name.to_owned()))
    }
}
