//! What the fields of answers are defined with. Tables and schemas are made of the same definition.

use crate::{Form, Lang, Text};

/// A field of an answer.
#[derive(Debug, Clone, Copy)]
pub struct AnswerField {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: AnswerKind,
    /// Whether every answer has it.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// The unit, where it has one.
    pub unit: Option<Text>,
    /// What it may be where it is sent: itself, or each text of its list.
    pub form: Form,
    /// The fewest and the most items that are sent, where it is a list and that matters.
    pub items: Option<[usize; 2]>,
    /// What it means.
    pub description: Text,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum AnswerKind {
    /// A text.
    Text,
    /// A text that is one of these.
    OneOf(&'static [&'static str]),
    /// A text of digits alone: a whole number too large for some readers of JSON.
    WholeText,
    /// A text such as `12.5`: an amount that is kept exactly.
    DecimalText,
    /// A moment, RFC 3339.
    Moment,
    /// A calendar day.
    Day,
    /// A whole number, not negative.
    Whole,
    /// A number with decimals.
    Number,
    /// True or false.
    Flag,
    /// An object with these fields.
    Object(&'static [AnswerField]),
    /// A list of objects with these fields.
    Objects(&'static [AnswerField]),
    /// A list of texts.
    Texts,
    /// A list of texts, each one of these.
    SomeOf(&'static [&'static str]),
    /// Amounts by the name of an endpoint.
    AmountsByName,
}

impl AnswerKind {
    /// What JSON calls it, and what to add for people.
    pub fn name(self, lang: Lang) -> &'static str {
        let text = match self {
            Self::Text | Self::OneOf(_) => Text::new("string", "字符串"),
            Self::WholeText => Text::new("string of digits", "数字字符串"),
            Self::DecimalText => Text::new("decimal string", "小数字符串"),
            Self::Moment => Text::new("time, RFC 3339", "时间（RFC 3339）"),
            Self::Day => Text::new("day", "日期"),
            Self::Whole => Text::new("integer", "整数"),
            Self::Number => Text::new("number", "数字"),
            Self::Flag => Text::new("boolean", "布尔值"),
            Self::Object(_) | Self::AmountsByName => Text::new("object", "对象"),
            Self::Objects(_) => Text::new("list of objects", "对象列表"),
            Self::Texts | Self::SomeOf(_) => Text::new("list of strings", "字符串列表"),
        };
        text.of(lang)
    }

    /// The values that it may have; none, where they cannot be listed.
    pub fn values(self) -> &'static [&'static str] {
        match self {
            Self::OneOf(values) | Self::SomeOf(values) => values,
            _ => &[],
        }
    }

    /// The fields within.
    pub fn fields(self) -> &'static [AnswerField] {
        match self {
            Self::Object(fields) | Self::Objects(fields) => fields,
            _ => &[],
        }
    }
}

/// A field with its place: `expect_cpm.cpm_1_20`, `posts[].plays`.
#[derive(Debug, Clone)]
pub struct FieldRow {
    /// The names on the way to it.
    pub path: String,
    /// How many objects it is within.
    pub depth: usize,
    /// The field.
    pub field: &'static AnswerField,
}

impl FieldRow {
    /// A field that is within nothing.
    pub(crate) fn alone(field: &'static AnswerField) -> Self {
        Self { path: field.name.to_owned(), depth: 0, field }
    }

    /// The way to it without its own name: `expect_cpm.`.
    pub fn within(&self) -> &str {
        self.path.strip_suffix(self.field.name).unwrap_or_default()
    }
}

/// The fields and those within them, in order.
pub fn field_rows(fields: &'static [AnswerField], within: &str) -> Vec<FieldRow> {
    let mut rows = Vec::new();
    for field in fields {
        let path = format!("{within}{}", field.name);
        let depth = within.matches('.').count();
        rows.push(FieldRow { path: path.clone(), depth, field });
        let step = if matches!(field.kind, AnswerKind::Objects(_)) { "[]." } else { "." };
        rows.extend(field_rows(field.kind.fields(), &format!("{path}{step}")));
    }
    rows
}

/// A field that every answer has.
pub(crate) const fn field(name: &'static str, kind: AnswerKind, en: &'static str, zh: &'static str) -> AnswerField {
    AnswerField {
        name,
        kind,
        required: true,
        nullable: false,
        unit: None,
        form: Form::Any,
        items: None,
        description: Text::new(en, zh),
    }
}

impl AnswerField {
    /// The same in a unit.
    pub(crate) const fn in_unit(self, en: &'static str, zh: &'static str) -> Self {
        Self { unit: Some(Text::new(en, zh)), ..self }
    }

    /// The same, which may only be so.
    pub(crate) const fn of_form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// The same, with so many items.
    pub(crate) const fn of_items(self, min: usize, max: usize) -> Self {
        Self { items: Some([min, max]), ..self }
    }

    /// The same, absent where it does not apply.
    pub(crate) const fn or_absent(self) -> Self {
        Self { required: false, ..self }
    }

    /// The same, null where it does not apply.
    pub(crate) const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }
}
