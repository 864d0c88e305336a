//! One creator of a reply: its last posts, its prices, and Xingtu's own expectation of it.

use domain::{
    Count, CreatorKey, Fen, Label, PerTier, Platform, Post, Price, Profile, Reported, Text, Tier, UnixTime, sentence,
};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::at;
use super::reply::{self, Cell, Figures, Item, PriceInfo, Tags, TaskInfo};
use crate::error::{Problem, json_cause};
use crate::reject::Reason;
use crate::session::Session;
use crate::value::{self, Flaw};

/// Where a creator is in the file, and when its reply was given.
pub(super) struct Place {
    pub(super) number: u64,
    pub(super) pointer: String,
    pub(super) as_of: UnixTime,
}

/// The names of a tier in replies. Observed: `video_type` 1, 2, 71 carry the prices of the three lengths.
struct TierNames {
    tier: Tier,
    price: &'static str,
    cpe: &'static str,
    video_type: &'static str,
}

const TIERS: [TierNames; 3] = [
    TierNames { tier: Tier::From1To20s, price: "price_1_20", cpe: "sn_prospective_1_20_cpe", video_type: "1" },
    TierNames { tier: Tier::From21To60s, price: "price_20_60", cpe: "sn_prospective_20_60_cpe", video_type: "2" },
    TierNames { tier: Tier::Over60s, price: "price_60", cpe: "sn_prospective_60_cpe", video_type: "71" },
];

/// What is told of a creator.
#[derive(Default)]
struct Author {
    star_id: Cell,
    figures: Figures,
    tasks: Vec<TaskInfo>,
}

/// Takes a creator and all that is told of it. Every value is judged by itself: a bad one is a reject, and the others
/// are taken.
pub(super) fn take(session: &mut Session<'_, '_>, place: &Place, author: &RawValue) -> Result<(), Problem> {
    let author: reply::Author = match serde_json::from_str(author.get()) {
        Ok(author) => author,
        Err(error) => return reject(session, place, "", "", author.get(), odd(&error)),
    };
    let author = Author {
        star_id: author.star_id,
        figures: part(session, place, "attribute_datas", author.attribute_datas)?,
        tasks: part(session, place, "task_infos", author.task_infos)?,
    };
    let author_id = match author_id(&author) {
        Ok(author_id) => author_id,
        Err((text, flaw)) => return reject(session, place, "", "id", &text, flaw),
    };
    session.count_row();
    session.merged += 1;
    let key = CreatorKey { author_id, platform: Platform::ShortVideo };
    session.facts.touch(&key);
    profile(session, place, &key, &author)?;
    items(session, place, &key, &author)?;
    let prices = prices(session, place, &key, &author)?;
    reported(session, place, &key, &author, prices)
}

/// A part of a creator; nothing where it is absent or, which is a reject, of another shape than it has in a reply.
fn part<T: DeserializeOwned + Default>(
    session: &mut Session<'_, '_>,
    place: &Place,
    name: &'static str,
    part: Option<Box<RawValue>>,
) -> Result<T, Problem> {
    let Some(part) = part else { return Ok(T::default()) };
    match serde_json::from_str(part.get()) {
        Ok(part) => Ok(part),
        Err(error) => reject(session, place, &format!("/{name}"), name, part.get(), odd(&error)).map(|()| T::default()),
    }
}

fn odd(error: &serde_json::Error) -> Flaw {
    let cause = json_cause(error);
    Flaw::new(Reason::BadJson, sentence!("of another shape than in a reply: {cause}", "结构与响应不符：{cause}"))
}

fn author_id(author: &Author) -> Result<domain::AuthorId, (String, Flaw)> {
    let (id, star_id) = (text(author, "id"), author.star_id.text());
    if !id.is_empty() && !star_id.is_empty() && id != star_id {
        const DIFFER: Text = Text::new(
            "the creator's id and star_id differ; they should be the same",
            "达人的 id 与 star_id 不同；两者应当相同",
        );
        return Err((format!("{id} {star_id}"), Flaw::new(Reason::BadId, DIFFER)));
    }
    let id = if id.is_empty() { star_id } else { id };
    value::author_id(id).map_err(|flaw| (id.to_owned(), flaw))
}

fn text<'a>(author: &'a Author, name: &str) -> &'a str {
    author.figures.get(name).map_or("", |cell| cell.text())
}

/// Rejects a creator, a post or a part of a creator who is taken all the same. Each counts as a row, so that rows read are those merged and
/// those rejected.
fn reject(
    session: &mut Session<'_, '_>,
    place: &Place,
    pointer: &str,
    column: &'static str,
    value: &str,
    flaw: Flaw,
) -> Result<(), Problem> {
    session.count_row();
    let pointer = format!("{}{pointer}", place.pointer);
    session.rejects.push(at(place.number, pointer, column, value, flaw))
}

/// Followers, the first of the first-level tags, the name.
fn profile(session: &mut Session<'_, '_>, place: &Place, key: &CreatorKey, author: &Author) -> Result<(), Problem> {
    let followers = figure(session, place, author, "follower", value::followers)?;
    let category = figure(session, place, author, "tags_relation", first_tag)?;
    let name = figure(session, place, author, "nick_name", value::label)?;
    session.facts.add_profile(key, Profile::of(place.as_of, followers, category, name));
    Ok(())
}

/// One of the figures, or none where it is flawed.
fn figure<T>(
    session: &mut Session<'_, '_>,
    place: &Place,
    author: &Author,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<Option<T>, Flaw>,
) -> Result<Option<T>, Problem> {
    match parse(text(author, name)) {
        Ok(value) => Ok(value),
        Err(flaw) => {
            let pointer = format!("/attribute_datas/{name}");
            reject(session, place, &pointer, name, text(author, name), flaw).map(|()| None)
        }
    }
}

/// The first tag of an object of first-level tags, each with its second-level tags: JSON inside a JSON string.
fn first_tag(text: &str) -> Result<Option<Label>, Flaw> {
    if text.is_empty() {
        return Ok(None);
    }
    let tags: Tags = serde_json::from_str(text).map_err(|error| {
        let cause = json_cause(&error);
        Flaw::new(
            Reason::BadJson,
            sentence!("not a JSON object of tags: {cause}", "不是由标签组成的 JSON 对象：{cause}"),
        )
    })?;
    tags.0.map_or(Ok(None), |tag| value::label(&tag))
}

/// The last posts, a JSON array inside a JSON string.
fn items(session: &mut Session<'_, '_>, place: &Place, key: &CreatorKey, author: &Author) -> Result<(), Problem> {
    let inner = text(author, "last_10_items");
    if inner.is_empty() {
        return Ok(());
    }
    let items: Vec<Item> = match serde_json::from_str(inner) {
        Ok(items) => items,
        Err(error) => {
            let cause = json_cause(&error);
            let message = sentence!("not a JSON array of posts: {cause}", "不是由作品组成的 JSON 数组：{cause}");
            let flaw = Flaw::new(Reason::BadJson, message);
            return reject(session, place, "/attribute_datas/last_10_items", "last_10_items", inner, flaw);
        }
    };
    for (index, item) in items.iter().enumerate() {
        match post(item, place.as_of, session.options.now) {
            Ok(post) => {
                session.count_row();
                session.merged += 1;
                session.post(key.clone(), post);
            }
            Err((column, value, flaw)) => {
                let pointer = format!("/attribute_datas/last_10_items/{index}");
                reject(session, place, &pointer, column, value, flaw)?;
            }
        }
    }
    Ok(())
}

fn post(item: &Item, captured_at: UnixTime, now: UnixTime) -> Result<Post, (&'static str, &str, Flaw)> {
    fn named<'t, T>(
        column: &'static str,
        text: &'t str,
        parse: impl FnOnce(&str) -> Result<T, Flaw>,
    ) -> Result<T, (&'static str, &'t str, Flaw)> {
        parse(text).map_err(|flaw| (column, text, flaw))
    }
    let published = |text: &str| published_at(text, captured_at, now);
    Ok(Post {
        item_id: named("item_id", item.item_id.text(), value::item_id)?,
        published_at: named("item_publish_time", item.item_publish_time.text(), published)?,
        captured_at,
        plays: named("vv", item.vv.text(), value::plays)?,
        likes: named("like_cnt", item.like_cnt.text(), value::count)?,
        comments: named("comment_cnt", item.comment_cnt.text(), value::count)?,
        shares: named("share_cnt", item.share_cnt.text(), value::count)?,
        collects: Count::UNKNOWN,
        duration_s: Count::UNKNOWN,
        sponsored: None,
    })
}

/// Unix seconds, as replies carry them.
fn published_at(text: &str, captured_at: UnixTime, now: UnixTime) -> Result<UnixTime, Flaw> {
    let seconds = i64::try_from(value::whole_number(text)?).unwrap_or(i64::MAX);
    let moment = UnixTime::from_seconds(seconds).map_err(value::bad_time)?;
    if value::is_future(moment, now) {
        return Err(Flaw::in_the_future());
    }
    if captured_at < moment { Err(Flaw::captured_before_published()) } else { Ok(moment) }
}

/// The prices in yuan, from the creator's figures or, where they have none, from what it sells.
fn prices(
    session: &mut Session<'_, '_>,
    place: &Place,
    key: &CreatorKey,
    author: &Author,
) -> Result<PerTier<Option<Fen>>, Problem> {
    let mut prices = PerTier::default();
    for names in &TIERS {
        let figure = text(author, names.price);
        let price = if figure.is_empty() { sold_at(author, names.video_type, place.as_of) } else { figure };
        if price.is_empty() {
            continue;
        }
        match value::price(price) {
            Ok(fen) => {
                prices[names.tier] = Some(fen);
                session.price(key, names.tier, Price { as_of: place.as_of, fen });
            }
            Err(flaw) => {
                let pointer = format!("/attribute_datas/{}", names.price);
                reject(session, place, &pointer, names.price, price, flaw)?;
            }
        }
    }
    Ok(prices)
}

/// What a kind of placement is sold at: of the prices that hold, the first.
fn sold_at<'a>(author: &'a Author, video_type: &str, as_of: UnixTime) -> &'a str {
    let mut infos = author.tasks.iter().flat_map(|task| task.price_infos.iter().flatten());
    let sold = infos.find(|info| info.video_type.text() == video_type && holds(info, as_of));
    sold.map_or("", |info| info.price.text())
}

/// Whether a price holds at a moment: in use (status 1) and not over, as far as it tells.
fn holds(info: &PriceInfo, as_of: UnixTime) -> bool {
    let ended = info.end_time.text().parse().is_ok_and(|end: u64| end > 0 && end <= u64::from(as_of.0));
    matches!(info.video_type_status.text(), "" | "1") && !ended
}

/// Xingtu's own expected plays and costs per interaction.
fn reported(
    session: &mut Session<'_, '_>,
    place: &Place,
    key: &CreatorKey,
    author: &Author,
    prices: PerTier<Option<Fen>>,
) -> Result<(), Problem> {
    let expected = text(author, "expected_play_num");
    if expected.is_empty() {
        return Ok(());
    }
    let expected_views = match value::plays(expected) {
        Ok(0) => return Ok(()),
        Ok(views) => views,
        Err(flaw) => {
            let pointer = "/attribute_datas/expected_play_num";
            return reject(session, place, pointer, "expected_play_num", expected, flaw);
        }
    };
    let mut cpe = PerTier::default();
    for names in &TIERS {
        let text = text(author, names.cpe);
        if text.is_empty() {
            continue;
        }
        match value::yuan_truncated(text) {
            Ok(fen) => cpe[names.tier] = Some(fen),
            Err(flaw) => reject(session, place, &format!("/attribute_datas/{}", names.cpe), names.cpe, text, flaw)?,
        }
    }
    session.facts.add_reported(key, Reported { as_of: place.as_of, expected_views, cpe, prices });
    Ok(())
}
