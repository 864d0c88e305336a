//! Whether what is posted has the fields that are taken, of the right kinds, and numbers and lists within their bounds.

use domain::{Lang, Spoken};
use serde_json::{Map, Number, Value};

use crate::{AdminOperation, AnswerField, AnswerKind, Body, Form, WHOLE_MAX, repeated};

/// What is wrong with a field of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: `picksMax`, `creators[0].platform`.
    place: String,
    fault: Fault,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    /// There is no such field; these there are.
    Unknown(Vec<&'static str>),
    /// It has to be there.
    Missing,
    /// It is null, and should be left out or of this kind: the name in English and in Chinese.
    Null([&'static str; 2]),
    /// It should be of this kind: the name in English and in Chinese.
    Kind([String; 2]),
    /// It should be an amount of yuan.
    Amount,
    /// It should be one of these.
    Value(&'static [&'static str]),
    /// It should be from the first to the second number.
    Range(u64, u64),
    /// It has so many items, and should have from the first to the second number of them.
    Items(usize, [usize; 2]),
}

impl Body {
    /// Looks at the fields of a body, their kinds, numbers, lists and names of things; what other texts should be the endpoint says.
    /// Whole numbers that are written with a point, such as `10.0`, become those that they are; an empty text in place of a name that may be
    /// left out is, as in a query string.
    ///
    /// # Errors
    /// The first [`FieldError`].
    pub fn check(&self, body: &mut Map<String, Value>) -> Result<(), FieldError> {
        Check { by_row: self.by_row }.object(self.fields, body, "")
    }
}

impl AdminOperation {
    /// As [`Body::check`].
    ///
    /// # Errors
    /// The first [`FieldError`].
    pub fn check(&self, body: &mut Map<String, Value>) -> Result<(), FieldError> {
        Check { by_row: false }.object(self.body, body, "")
    }
}

impl FieldError {
    /// The field at this place should be an amount of yuan, as a text: numbers of JSON are often not kept exactly.
    fn no_amount(place: &str) -> Self {
        Self { place: place.to_owned(), fault: Fault::Amount }
    }
}

/// How a body is looked at.
#[derive(Clone, Copy)]
struct Check {
    /// Whether what objects of lists say is judged elsewhere, but for the kinds of their fields.
    by_row: bool,
}

impl Check {
    fn object(
        self,
        fields: &'static [AnswerField],
        object: &mut Map<String, Value>,
        within: &str,
    ) -> Result<(), FieldError> {
        let error = |name: &str, fault| FieldError { place: format!("{within}{name}"), fault };
        if let Some(name) = object.keys().find(|name| fields.iter().all(|field| field.name != **name)) {
            return Err(error(repeated(name), Fault::Unknown(fields.iter().map(|field| field.name).collect())));
        }
        for field in fields {
            if is_left_out(field, object.get(field.name)) {
                object.remove(field.name);
            }
            match object.get_mut(field.name) {
                None if !field.required => {}
                None => return Err(error(field.name, Fault::Missing)),
                Some(Value::Null) if field.nullable => {}
                // Programs write null for what they failed to compute: taken for absent, it would lift a limit in silence.
                Some(Value::Null) if !field.required => {
                    let kind = [Lang::En, Lang::Zh].map(|lang| field.kind.name(lang));
                    return Err(error(field.name, Fault::Null(kind)));
                }
                Some(value) => {
                    let place = format!("{within}{}", field.name);
                    self.kind(field, value, &place)?;
                    if within.is_empty() || !self.by_row {
                        check_value(field, value, &place)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn kind(self, field: &AnswerField, value: &mut Value, place: &str) -> Result<(), FieldError> {
        let kind = field.kind;
        let wrong = |place: &str, kind| Err(FieldError { place: place.to_owned(), fault: Fault::Kind(kind) });
        let is_right = match (kind, value) {
            (AnswerKind::Objects(fields), Value::Array(items)) => {
                for (number, item) in items.iter_mut().enumerate() {
                    let place = format!("{place}[{number}]");
                    let Value::Object(item) = item else { return wrong(&place, object_with(fields)) };
                    self.object(fields, item, &format!("{place}."))?;
                }
                true
            }
            (AnswerKind::Object(fields), Value::Object(object)) => {
                return self.object(fields, object, &format!("{place}."));
            }
            (AnswerKind::Texts | AnswerKind::SomeOf(_), Value::Array(items)) => items.iter().all(Value::is_string),
            (AnswerKind::Whole, Value::Number(number)) => match whole(number) {
                Ok(whole) => {
                    *number = whole.into();
                    true
                }
                Err(NotWhole::Fraction) => false,
                Err(NotWhole::Outside) => return Err(out_of_range(field.form, place)),
            },
            (AnswerKind::Number, value) => value.is_number(),
            (AnswerKind::Flag, value) => value.is_boolean(),
            (AnswerKind::DecimalText, value) if !value.is_string() => return Err(FieldError::no_amount(place)),
            (AnswerKind::DecimalText, _) | (AnswerKind::AmountsByName, Value::Object(_)) => true,
            (AnswerKind::Whole | AnswerKind::Objects(_) | AnswerKind::Object(_), _)
            | (AnswerKind::Texts | AnswerKind::SomeOf(_), _)
            | (AnswerKind::AmountsByName, _) => false,
            (
                AnswerKind::Text | AnswerKind::OneOf(_) | AnswerKind::WholeText | AnswerKind::Moment | AnswerKind::Day,
                value,
            ) => value.is_string(),
        };
        if is_right { Ok(()) } else { wrong(place, [Lang::En, Lang::Zh].map(|lang| kind.name(lang).to_owned())) }
    }
}

/// Whether an empty text stands where one of some names may stand, or nothing.
fn is_left_out(field: &AnswerField, value: Option<&Value>) -> bool {
    !field.required && matches!(field.kind, AnswerKind::OneOf(_)) && value.and_then(Value::as_str) == Some("")
}

/// Why a number of JSON is none of those that are counted with.
enum NotWhole {
    Fraction,
    Outside,
}

/// A whole number, however it is written: for JSON Schema (2020-12, section 6.1.1) `10.0` is one.
fn whole(number: &Number) -> Result<u64, NotWhole> {
    match (number.as_u64(), number.as_f64()) {
        (Some(number), _) => Ok(number),
        (None, Some(number)) if number.fract() != 0.0 => Err(NotWhole::Fraction),
        (None, Some(number)) if (0.0..=WHOLE_MAX as f64).contains(&number) => Ok(number as u64),
        (None, _) => Err(NotWhole::Outside),
    }
}

fn out_of_range(form: Form, place: &str) -> FieldError {
    let (min, max) = if let Form::Whole(min, max) = form { (min, max) } else { (0, WHOLE_MAX) };
    FieldError { place: place.to_owned(), fault: Fault::Range(min, max) }
}

/// Looks at what a value of the right kind says.
fn check_value(field: &AnswerField, value: &Value, place: &str) -> Result<(), FieldError> {
    let error = |place: String, fault| Err(FieldError { place, fault });
    let is_one_of = |value: &Value, values: &[&str]| value.as_str().is_some_and(|text| values.contains(&text));
    match (field.kind, value) {
        (AnswerKind::OneOf(values), value) if !is_one_of(value, values) => {
            return error(place.to_owned(), Fault::Value(values));
        }
        (AnswerKind::SomeOf(values), Value::Array(items)) => {
            if let Some(at) = items.iter().position(|item| !is_one_of(item, values)) {
                return error(format!("{place}[{at}]"), Fault::Value(values));
            }
        }
        _ => {}
    }
    match (field.form, field.items, value) {
        (Form::Whole(min, max), _, Value::Number(number))
            if !number.as_u64().is_some_and(|number| (min..=max).contains(&number)) =>
        {
            Err(out_of_range(field.form, place))
        }
        (_, Some([min, max]), Value::Array(items)) if !(min..=max).contains(&items.len()) => {
            error(place.to_owned(), Fault::Items(items.len(), [min, max]))
        }
        _ => Ok(()),
    }
}

/// What an item of a list of objects is, and what it has.
fn object_with(fields: &'static [AnswerField]) -> [String; 2] {
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    [format!("object with {}", names.join(", ")), format!("对象，字段为 {}", names.join("、"))]
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { place, fault } = self;
        match fault {
            Fault::Unknown(known) => write!(f, "there is no field {place:?}: right would be {}", known.join(", ")),
            Fault::Missing => write!(f, "{place} is missing"),
            Fault::Null([english, _]) => {
                write!(f, "{place} must not be null: right would be {english}, or to leave it out")
            }
            Fault::Kind([english, _]) => write!(f, "{place} is of another kind: right would be {english}"),
            Fault::Amount => write!(f, "{place} must be an amount of yuan as a string, such as \"12.5\""),
            // What was sent is not repeated: it may be a token in the wrong place.
            Fault::Value(values) => write!(f, "{place} has an unknown value: right would be {}", values.join(", ")),
            Fault::Range(min, max) => write!(f, "{place} is out of range: right would be {min} to {max}"),
            Fault::Items(count, [min, max]) => write!(f, "{place} has {count} entries: right would be {min} to {max}"),
        }
    }
}

impl std::error::Error for FieldError {}

impl Spoken for FieldError {
    fn chinese(&self) -> String {
        let Self { place, fault } = self;
        match fault {
            Fault::Unknown(known) => format!("没有字段 {place:?}：可用字段为 {}", known.join("、")),
            Fault::Missing => format!("缺少 {place}"),
            Fault::Null([_, chinese]) => format!("{place} 不可为 null：应为{chinese}，或省略该字段"),
            Fault::Kind([_, chinese]) => format!("{place} 的类型不正确：应为{chinese}"),
            Fault::Amount => format!("{place} 应为字符串形式的金额（元），如 \"12.5\""),
            Fault::Value(values) => format!("{place} 的取值无效：可选 {}", values.join("、")),
            Fault::Range(min, max) => format!("{place} 超出范围：应为 {min} 至 {max}"),
            Fault::Items(count, [min, max]) => format!("{place} 有 {count} 项：应为 {min} 至 {max} 项"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{BATCH, ENDPOINTS, PLAN};

    fn told(body: Option<Body>, posted: Value) -> [String; 2] {
        let Value::Object(mut posted) = posted else { panic!("an object") };
        let error = body.expect("a body").check(&mut posted).expect_err("a mistake");
        [error.to_string(), error.chinese()]
    }

    #[test]
    fn the_place_and_the_right_kind_are_told_in_both_languages() {
        for (body, posted, english, chinese) in [
            (
                BATCH.body,
                json!({"creators": ["7348"]}),
                "creators[0] is of another kind: right would be object with oAuthorId, platform",
                "creators[0] 的类型不正确：应为对象，字段为 oAuthorId、platform",
            ),
            (
                BATCH.body,
                json!({"creators": [{"oAuthorId": 7348}]}),
                "creators[0].oAuthorId is of another kind: right would be string",
                "creators[0].oAuthorId 的类型不正确：应为字符串",
            ),
            (BATCH.body, json!({"creators": [{}]}), "creators[0].oAuthorId is missing", "缺少 creators[0].oAuthorId"),
            (
                BATCH.body,
                json!({"creators": [{"oAuthorId": "7348"}], "maxCostYuan": null}),
                "maxCostYuan must not be null: right would be decimal string, or to leave it out",
                "maxCostYuan 不可为 null：应为小数字符串，或省略该字段",
            ),
            (
                BATCH.body,
                json!({"creators": [{"oAuthorId": "7348", "platform": null}]}),
                "creators[0].platform must not be null: right would be string, or to leave it out",
                "creators[0].platform 不可为 null：应为字符串，或省略该字段",
            ),
            (
                BATCH.body,
                json!({"creators": [], "dryrun": true}),
                "there is no field \"dryrun\": right would be creators, dryRun, maxCostYuan",
                "没有字段 \"dryrun\"：可用字段为 creators、dryRun、maxCostYuan",
            ),
            (
                BATCH.body,
                json!({"creators": []}),
                "creators has 0 entries: right would be 1 to 1000",
                "creators 有 0 项：应为 1 至 1000 项",
            ),
        ] {
            assert_eq!(told(body, posted), [english, chinese]);
        }
    }

    #[test]
    fn values_that_are_none_of_those_allowed_are_told_with_these() {
        for (posted, english, chinese) in [
            (
                json!({"goal": "views", "budgetYuan": 100_000}),
                "budgetYuan must be an amount of yuan as a string, such as \"12.5\"",
                "budgetYuan 应为字符串形式的金额（元），如 \"12.5\"",
            ),
            (
                json!({"goal": "views", "budgetYuan": "1", "picksMax": "3"}),
                "picksMax is of another kind: right would be integer",
                "picksMax 的类型不正确：应为整数",
            ),
            (
                json!({"goal": "fame", "budgetYuan": "1"}),
                "goal has an unknown value: right would be views, interactions, cpe",
                "goal 的取值无效：可选 views、interactions、cpe",
            ),
            (
                json!({"goal": "views", "budgetYuan": "1", "tiers": ["60", "61"]}),
                "tiers[1] has an unknown value: right would be 1_20, 21_60, 60, single",
                "tiers[1] 的取值无效：可选 1_20、21_60、60、single",
            ),
            (
                json!({"goal": "views", "budgetYuan": "1", "caps": [{"category": "美妆", "picks": 9_007_199_254_740_992_u64}]}),
                "caps[0].picks is out of range: right would be 0 to 9007199254740991",
                "caps[0].picks 超出范围：应为 0 至 9007199254740991",
            ),
        ] {
            assert_eq!(told(PLAN.body, posted), [english, chinese]);
        }
    }

    #[test]
    fn an_empty_name_that_may_be_left_out_is() {
        for (body, posted) in [
            (PLAN.body, json!({"goal": "views", "budgetYuan": "1", "platform": ""})),
            (BATCH.body, json!({"creators": [{"oAuthorId": "7", "platform": ""}]})),
        ] {
            let Value::Object(mut posted) = posted else { panic!("an object") };
            assert_eq!(body.expect("a body").check(&mut posted), Ok(()));
            assert!(!Value::Object(posted).to_string().contains("platform"));
        }
        let [english, _] = told(PLAN.body, json!({"goal": "", "budgetYuan": "1"}));
        assert!(english.starts_with("goal has an unknown value"), "{english}");
    }

    #[test]
    fn what_a_row_says_is_told_in_its_line_of_the_reply() {
        let posted = json!({"creators": [{"oAuthorId": "", "platform": "TV"}]});
        let Value::Object(mut posted) = posted else { panic!("an object") };
        assert_eq!(BATCH.body.expect("a body").check(&mut posted), Ok(()));
    }

    #[test]
    fn the_examples_of_all_bodies_are_right() {
        for body in ENDPOINTS.iter().filter_map(|endpoint| endpoint.body) {
            let mut example: Map<String, Value> = serde_json::from_str(body.example).expect("an object");
            assert_eq!(body.check(&mut example), Ok(()), "{}", body.example);
        }
    }

    #[test]
    fn a_whole_number_is_taken_however_it_is_written() {
        for (written, number) in [("10.0", 10), ("1e1", 10), ("-0.0", 0), ("4294967297.0", 4_294_967_297_u64)] {
            let posted = format!("{{\"goal\": \"views\", \"budgetYuan\": \"1\", \"picksMax\": {written}}}");
            let mut posted: Map<String, Value> = serde_json::from_str(&posted).expect("an object");
            assert_eq!(PLAN.body.expect("a body").check(&mut posted), Ok(()), "{written}");
            assert_eq!(posted["picksMax"], json!(number), "{written}");
        }
        for number in [json!(-1), json!(-1.0), json!(1e20), json!(u64::MAX)] {
            let [english, chinese] = told(PLAN.body, json!({"goal": "views", "budgetYuan": "1", "picksMax": number}));
            assert_eq!(english, "picksMax is out of range: right would be 0 to 9007199254740991", "{number}");
            assert_eq!(chinese, "picksMax 超出范围：应为 0 至 9007199254740991", "{number}");
        }
        let [english, _] = told(PLAN.body, json!({"goal": "views", "budgetYuan": "1", "picksMax": 1.5}));
        assert_eq!(english, "picksMax is of another kind: right would be integer");
    }
}
