//! The shape of a `search_for_author_square` reply, as far as it is used. Real replies write nearly every number as a
//! string; numbers are taken too. Everything is optional here: what is missing is judged where it is needed. Creators, and what
//! may be odd about one, are kept as they are written, so that one odd value does not cost the whole file.

use std::collections::HashMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::ndjson::cell_text;

/// A reply, bare or in the public API's envelope.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) authors: Option<Vec<Box<RawValue>>>,
    #[serde(default)]
    pub(super) data: Option<Data>,
    #[serde(default)]
    pub(super) code: Cell,
    #[serde(default)]
    pub(super) message: Cell,
    #[serde(default, rename = "recordTime")]
    pub(super) record_time: Cell,
}

/// The reply inside the envelope.
#[derive(Debug, Deserialize)]
#[serde(expecting = "data to be an object with authors")]
pub(super) struct Data {
    #[serde(default)]
    pub(super) authors: Option<Vec<Box<RawValue>>>,
}

/// One creator.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Author {
    #[serde(default)]
    pub(super) star_id: Cell,
    #[serde(default)]
    pub(super) attribute_datas: Option<Box<RawValue>>,
    #[serde(default)]
    pub(super) task_infos: Option<Box<RawValue>>,
}

/// About a hundred figures of a creator, of which a few are used.
pub(super) type Figures = HashMap<String, Cell>;

/// What a creator sells.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct TaskInfo {
    #[serde(default)]
    pub(super) price_infos: Option<Vec<PriceInfo>>,
}

/// The price of one kind of placement.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct PriceInfo {
    #[serde(default)]
    pub(super) video_type: Cell,
    #[serde(default)]
    pub(super) price: Cell,
    /// Observed: 1.
    #[serde(default)]
    pub(super) video_type_status: Cell,
    /// Unix seconds.
    #[serde(default)]
    pub(super) end_time: Cell,
}

/// One of the `last_10_items`.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Item {
    #[serde(default)]
    pub(super) item_id: Cell,
    #[serde(default)]
    pub(super) item_publish_time: Cell,
    #[serde(default)]
    pub(super) vv: Cell,
    #[serde(default)]
    pub(super) like_cnt: Cell,
    #[serde(default)]
    pub(super) comment_cnt: Cell,
    #[serde(default)]
    pub(super) share_cnt: Cell,
}

/// The first key of an object, as it is written; none where it has none.
pub(super) struct Tags(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Tags;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags, A::Error> {
                let first = map.next_entry::<String, IgnoredAny>()?.map(|(tag, _)| tag);
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Tags(first))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A single value as text, with the digits it was written with; empty when absent or null.
#[derive(Debug, Default)]
pub(super) struct Cell(String);

impl Cell {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        // An array or object is kept as it is written: no parser of values takes it, so it is told as what it is.
        Ok(Self(cell_text(raw.get()).map_or_else(|| raw.get().to_owned(), |text| text.into_owned())))
    }
}
