//! What a value that is sent may be beyond its kind: said once, stated by schemas, kept by the server. Whole numbers and counts are
//! judged here ([`crate::Parameter::check`], [`crate::Body::check`]); ids, days and amounts by their own types, which a test of
//! the gateway holds against what is stated.

use domain::{AuthorId, Fen, MicroYuan};
use serde_json::{Value, json};

/// The largest whole number that is taken: the largest one up to which every reader of JSON keeps all exactly (RFC 8259, section 6).
pub const WHOLE_MAX: u64 = (1 << 53) - 1;

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Any of its kind.
    Any,
    /// A text that is not empty.
    NotEmpty,
    /// A creator's id.
    AuthorId,
    /// Ids of creators with commas between, so many at most.
    AuthorIds(usize),
    /// A call's id.
    CallId,
    /// A calendar day.
    Day,
    /// A whole number from the first to the second one.
    Whole(u64, u64),
    /// An amount of yuan, to the fen.
    Fen,
    /// An amount of yuan, to the millionth.
    MicroYuan,
}

impl Form {
    /// Any whole number that is taken.
    pub const WHOLE: Self = Self::Whole(0, WHOLE_MAX);

    /// A regular expression of what is right, where the form is one of texts.
    pub fn pattern(self) -> Option<String> {
        let id = format!("[0-9A-Za-z_-]{{1,{}}}", AuthorId::CHARS_MAX);
        match self {
            Self::Any | Self::NotEmpty | Self::Whole(..) => None,
            Self::AuthorId => Some(format!("^{id}$")),
            Self::AuthorIds(max) => Some(format!("^{id}(,{id}){{0,{}}}$", max.saturating_sub(1))),
            Self::CallId => {
                let [four, hex] = ["[0-9a-fA-F]{4}", "[0-9a-fA-F]"];
                Some(format!("^{hex}{{8}}-{four}-{four}-{four}-{hex}{{12}}$"))
            }
            Self::Day => Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$".to_owned()),
            Self::Fen => Some(yuan(Fen::MAX.0 / 100, 2)),
            Self::MicroYuan => Some(yuan(MicroYuan::MAX.0 / 1_000_000, 6)),
        }
    }

    /// What is right, for people who read code: a regular expression, or the ends of a range that somebody chose.
    pub fn told(self) -> Option<String> {
        match self {
            Self::WHOLE => None,
            Self::Whole(min, WHOLE_MAX) => Some(format!("≥ {min}")),
            Self::Whole(min, max) => Some(format!("{min}–{max}")),
            _ => self.pattern(),
        }
    }

    /// States the form in the schema of a value.
    pub(crate) fn state(self, schema: &mut Value) {
        if let Some(pattern) = self.pattern() {
            schema["pattern"] = pattern.into();
        }
        match self {
            Self::NotEmpty => schema["minLength"] = json!(1),
            Self::AuthorId => {
                schema["minLength"] = json!(1);
                schema["maxLength"] = json!(AuthorId::CHARS_MAX);
            }
            Self::Whole(min, max) => {
                schema["type"] = json!("integer");
                schema["minimum"] = json!(min);
                schema["maximum"] = json!(max);
            }
            Self::Any | Self::AuthorIds(_) | Self::CallId | Self::Day | Self::Fen | Self::MicroYuan => {}
        }
    }
}

/// Amounts up to `max`, itself a power of ten, with so many decimals.
fn yuan(max: u64, decimals: usize) -> String {
    format!("^([0-9]{{1,{}}}(\\.[0-9]{{1,{decimals}}})?|{max})$", max.ilog10())
}

#[cfg(test)]
mod tests {
    use domain::CallId;
    use proptest::prelude::*;
    use proptest::string::string_regex;

    use super::*;

    fn matching(form: Form) -> impl Strategy<Value = String> {
        string_regex(form.pattern().expect("a pattern").trim_matches(['^', '$'])).expect("a regular expression")
    }

    proptest! {
        /// The server reads with these types: nothing that is stated may be refused.
        #[test]
        fn whatever_matches_a_pattern_is_read(
            author in matching(Form::AuthorId),
            authors in matching(Form::AuthorIds(100)),
            call in matching(Form::CallId),
            fen in matching(Form::Fen),
            micro_yuan in matching(Form::MicroYuan),
        ) {
            prop_assert!(author.parse::<AuthorId>().is_ok());
            prop_assert!(authors.split(',').count() <= 100);
            prop_assert!(authors.split(',').all(|id| id.parse::<AuthorId>().is_ok()));
            prop_assert!(call.parse::<CallId>().is_ok());
            prop_assert!(Fen::from_yuan_text(&fen).is_ok(), "{fen}");
            prop_assert!(MicroYuan::from_yuan_text(&micro_yuan).is_ok(), "{micro_yuan}");
        }
    }
}
