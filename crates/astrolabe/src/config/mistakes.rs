//! What is wrong with the settings, collected so that it is told at once.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use anyhow::anyhow;
use catalog::Text;

use crate::lang::{self, told};

pub(super) const MISTAKES: Text = Text::new("the configuration has mistakes:", "配置有误：");

/// One after the other, in the language that the process speaks.
#[derive(Default)]
pub(super) struct Mistakes(Vec<String>);

impl From<Vec<String>> for Mistakes {
    fn from(told: Vec<String>) -> Self {
        Self(told)
    }
}

impl Mistakes {
    /// The value that was made of the settings.
    ///
    /// # Errors
    /// With every mistake, where there is one.
    pub(super) fn told_or<T>(self, value: Option<T>) -> anyhow::Result<T> {
        let told = || anyhow!("{}\n  {}", MISTAKES.of(lang::spoken()), self.0.join("\n  "));
        value.filter(|_| self.0.is_empty()).ok_or_else(told)
    }

    /// Notes a mistake that is told in words of its own.
    pub(super) fn note(&mut self, told: String) {
        self.0.push(told);
    }

    /// Notes what a setting is and what would be right.
    pub(super) fn wrong(&mut self, name: &str, found: impl Display, right: &str) {
        self.note(told!(
            lang::spoken(),
            "{name} is {found}: right would be {right}",
            "{name} 为 {found}，正确取值：{right}"
        ));
    }

    /// Notes a number that is beyond its bounds.
    pub(super) fn within(&mut self, name: &str, number: u64, bounds: RangeInclusive<u64>) {
        if !bounds.contains(&number) {
            let right = told!(lang::spoken(), "{} to {}", "{} 至 {}", bounds.start(), bounds.end());
            self.wrong(name, number, &right);
        }
    }

    /// Notes a number that is 0.
    pub(super) fn at_least_one(&mut self, name: &str, number: u64) {
        if number == 0 {
            self.wrong(name, 0, Text::new("1 or more", "1 或以上").of(lang::spoken()));
        }
    }

    /// The value of a text; notes it where it is none.
    pub(super) fn take<T: FromStr>(&mut self, name: &str, text: &str, right: &str) -> Option<T> {
        let value = text.parse().ok();
        if value.is_none() {
            self.wrong(name, format_args!("{text:?}"), right);
        }
        value
    }

    /// The value of a word; notes it where it is none of these.
    pub(super) fn one_of<T: Copy>(&mut self, name: &str, text: &str, values: &[(&str, T)]) -> Option<T> {
        let value = values.iter().find(|(known, _)| *known == text).map(|(_, value)| *value);
        if value.is_none() {
            let known: Vec<String> = values.iter().map(|(known, _)| format!("{known:?}")).collect();
            self.wrong(name, format_args!("{text:?}"), &known.join(Text::new(" or ", " 或 ").of(lang::spoken())));
        }
        value
    }
}
