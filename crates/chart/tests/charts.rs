//! What a reader of a chart relies on: it is whole XML that needs nothing else, says in words what it shows, holds everything it was
//! given, and is the same every time.

use catalog::Lang;
use chart::{Bar, BarPanel, Beside, Dot, History, LaterPost, Moment, bars, history, scatter};
use domain::{Fen, PerTier, Range, UnixTime};

fn dot(name: &str, cpm: u64, views: u64) -> Dot {
    let range = Some(Range { p25: views / 2, p75: views * 2 });
    Dot { name: name.to_owned(), category: Some("美食".to_owned()), cpm: Fen(cpm), views, range }
}

/// Every element is closed in order; no text is cut open.
fn is_whole(svg: &str) -> bool {
    let mut open = Vec::new();
    for part in svg.split('<').skip(1) {
        let Some((tag, text)) = part.split_once('>') else { return false };
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) if open.pop() != Some(name) => return false,
            (false, false) => open.push(name),
            _ => {}
        }
        if text.contains('>') && name != "style" && name != "g" && !text.trim().is_empty() {
            return false;
        }
    }
    open.is_empty()
}

fn finite(svg: &str) -> bool {
    !svg.contains("NaN") && !svg.contains("inf")
}

#[test]
fn creators_are_shown_with_name_range_and_category() {
    let dots = [dot("甲<&>", 2150, 380_000), dot("乙", 990, 12_000), dot("无", 0, 500), dot("零", 900, 0)];
    for lang in Lang::ALL {
        let svg = scatter(&dots, lang);
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && is_whole(&svg) && finite(&svg), "{svg}");
        assert_eq!(svg.matches("class=\"dot").count(), 2, "without views or cost there is no place: {svg}");
        assert!(svg.contains("甲&lt;&amp;&gt;") && svg.contains("21.50") && svg.contains("美食"), "{svg}");
        assert!(svg.contains("<title id=\"chart-title\">") && svg.contains("<desc id=\"chart-described\">"));
        assert!(svg.contains("prefers-color-scheme:dark"));
        assert_eq!(svg, scatter(&dots, lang));
    }
    assert!(scatter(&dots, Lang::Zh).contains("CPM 最低的是 乙，9.90 元"));
    assert!(scatter(&dots, Lang::En).contains("2 creators; the lowest CPM is 9.90 yuan, of 乙."));
}

#[test]
fn how_many_creators_have_no_range_is_told() {
    let (with, without) = (dot("甲", 2150, 380_000), Dot { range: None, ..dot("乙", 990, 12_000) });
    let told = |dots: &[Dot]| Lang::ALL.map(|lang| scatter(dots, lang));
    let [en, zh] = told(&[with, without.clone()]);
    assert!(en.contains("which 1 of 2 lack") && zh.contains("2 位中有 1 位无区间"), "{en}");
    let [en, zh] = told(&[without]);
    assert!(en.contains("tells no range") && zh.contains("未给出区间") && !en.contains("its line is"), "{en}");
}

#[test]
fn charts_of_nothing_and_of_extremes_are_whole_too() {
    let huge = dot("x", u64::MAX, u64::MAX / 2);
    let end = UnixTime(u32::MAX);
    let moment = Moment { at: end, costs_at: end, views: 0, range: None, cpm: PerTier::default() };
    let nothing = History {
        name: String::new(),
        source: String::new(),
        moments: Vec::new(),
        beside: Vec::new(),
        posts: Vec::new(),
    };
    let extreme = History {
        name: "<".to_owned(),
        source: "&".to_owned(),
        beside: Vec::new(),
        moments: vec![Moment { at: UnixTime(0), ..moment }, moment],
        posts: vec![LaterPost { at: UnixTime(5), plays: u64::MAX }],
    };
    for lang in Lang::ALL {
        for svg in [
            scatter(&[], lang),
            scatter(std::slice::from_ref(&huge), lang),
            history(&nothing, lang),
            history(&extreme, lang),
        ] {
            assert!(is_whole(&svg) && finite(&svg), "{svg}");
        }
    }
    let empty = BarPanel { title: String::new(), bars: vec![Bar { name: "a".into(), value: None, told: "b".into() }] };
    for svg in [bars("t", "n", &[], Lang::En), bars("t", "n", &[empty], Lang::En)] {
        assert!(is_whole(&svg) && finite(&svg), "{svg}");
    }
}

#[test]
fn a_history_shows_each_moment_each_post_and_gaps_as_gaps() {
    let day = |day: u32| UnixTime(1_780_000_000 + day * UnixTime::DAY);
    let moment = |at: u32, cpm: Option<u64>| Moment {
        at: day(at),
        costs_at: day(at),
        views: 1000 + u64::from(at),
        range: Some(Range { p25: 500, p75: 2000 }),
        cpm: PerTier::from_fn(|tier| cpm.filter(|_| tier == domain::Tier::Single).map(Fen)),
    };
    let told = History {
        name: "7".to_owned(),
        source: "估算值".to_owned(),
        beside: vec![Beside { name: "星图报告值".to_owned(), moments: vec![moment(12, Some(1000))] }],
        moments: vec![moment(0, Some(900)), moment(10, None), moment(20, Some(1200)), moment(30, Some(1100))],
        posts: vec![LaterPost { at: day(5), plays: 1234 }, LaterPost { at: day(25), plays: 99 }],
    };
    let svg = history(&told, Lang::Zh);
    assert!(is_whole(&svg) && finite(&svg), "{svg}");
    // Five moments of two sources and two posts, each named; four costs.
    assert_eq!(svg.matches("<g><title>").count(), 5 + 2 + 4, "{svg}");
    for name in [">估算值<", ">星图报告值<", "区间", "作品实际播放"] {
        assert_eq!(svg.matches(name).count(), 1, "the legend has {name}: {svg}");
    }
    assert!(svg.contains("1234") && svg.contains("CPM 12 (统一报价)"), "{svg}");
    // The cost is drawn in two stretches, the views in one.
    assert_eq!((svg.matches("line s5").count(), svg.matches("line s0").count()), (2, 1), "{svg}");
    assert_eq!((svg.matches("line dashed s5").count(), svg.matches("line dashed s6").count()), (1, 1), "{svg}");
    // A price that came after the newest post: views step on their day, costs on its own.
    let late = |at: u32, costs_at: u32, cpm| Moment { costs_at: day(costs_at), ..moment(at, Some(cpm)) };
    let repriced = History { moments: vec![late(0, 0, 900), late(0, 20, 1200)], beside: Vec::new(), ..told.clone() };
    let svg = history(&repriced, Lang::En);
    assert_eq!(svg.matches(" 2026-05-29: 1k (").count(), 2, "{svg}");
    assert!(svg.contains(" 2026-05-29: CPM 9 (") && svg.contains(" 2026-06-18: CPM 12 ("), "{svg}");
    let without = History { posts: Vec::new(), ..told };
    assert!(!history(&without, Lang::Zh).contains("作品实际播放（"), "the legend has what is drawn");
}
