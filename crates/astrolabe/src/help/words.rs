//! Every help text of the command line, English and Chinese. A test of `help` fails when a text is missing here, or no command
//! has it any more.

mod creators;
mod data;
mod everywhere;
mod money;

use catalog::Text;

/// Every text, in the files by the commands that have it.
fn all() -> impl Iterator<Item = &'static Text> {
    [everywhere::TEXTS, creators::TEXTS, money::TEXTS, data::TEXTS].into_iter().flatten()
}

/// The Chinese wording of an English text.
pub(super) fn chinese(english: &str) -> Option<&'static str> {
    all().find(|text| text.en == english).map(|text| text.zh)
}

/// The English wordings.
#[cfg(test)]
pub(super) fn english() -> Vec<&'static str> {
    all().map(|text| text.en).collect()
}
