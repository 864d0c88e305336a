//! Draws samples of every chart, to look at: `cargo run -p chart --example samples -- DIR`.

use std::path::Path;

use catalog::Lang;
use chart::{Beside, Dot, History, LaterPost, Moment, history, scatter};
use domain::{Fen, PerTier, Range, Tier, UnixTime};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args().nth(1).ok_or("expected DIR")?;
    let mut random = fastrand::Rng::with_seed(3);
    for lang in Lang::ALL {
        for (name, count) in [("few", 14), ("many", 400)] {
            let dots: Vec<Dot> = (0..count).map(|at| dot(at, lang, &mut random)).collect();
            std::fs::write(Path::new(&dir).join(format!("scatter-{name}-{lang}.svg")), scatter(&dots, lang))?;
        }
        std::fs::write(Path::new(&dir).join(format!("history-{lang}.svg")), history(&one_year(&mut random), lang))?;
    }
    Ok(())
}

fn normal(random: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

fn dot(at: usize, lang: Lang, random: &mut fastrand::Rng) -> Dot {
    let categories = match lang {
        Lang::En => ["Beauty", "Food", "Games", "Cars", "Travel", "Fashion", "Sport", "Music", "Film"],
        Lang::Zh => ["美妆", "美食", "游戏", "汽车", "旅游", "时尚", "体育", "音乐", "影视"],
    };
    let views = (12.0 + 1.2 * normal(random)).exp();
    let spread = (0.5 + 0.1 * normal(random)).exp();
    Dot {
        name: match lang {
            Lang::En => format!("{}", 7_000_000_000 + at),
            Lang::Zh => format!("达人{at}号"),
        },
        category: Some(categories[random.usize(..categories.len())].to_owned()),
        cpm: Fen((3.2 + 0.6 * normal(random)).exp() as u64 * 100 + 37),
        views: views as u64,
        range: Some(Range { p25: (views / spread) as u64, p75: (views * spread) as u64 }),
    }
}

fn one_year(random: &mut fastrand::Rng) -> History {
    let start = 1_764_000_000;
    let mut views = 380_000.0;
    let moments = (0..14_u32).map(|at| {
        views *= (0.22 * normal(random)).exp();
        let price = if at < 6 { 820_000.0 } else { 980_000.0 };
        let cpm = |factor: f64| Some(Fen((price * factor * 1000.0 / views) as u64));
        let day = UnixTime(start + at * 26 * UnixTime::DAY);
        Moment {
            at: day,
            costs_at: day,
            views: views as u64,
            range: (at != 3).then_some(Range { p25: (views / 1.7) as u64, p75: (views * 1.6) as u64 }),
            cpm: PerTier::from_fn(|tier| match tier {
                Tier::From1To20s => cpm(0.7),
                Tier::From21To60s => cpm(1.0),
                Tier::Over60s => {
                    if at > 4 {
                        cpm(1.5)
                    } else {
                        None
                    }
                }
                Tier::Single => None,
            }),
        }
    });
    let moments: Vec<Moment> = moments.collect();
    let posts = (0..60_u32).map(|at| LaterPost {
        at: UnixTime(start + (at * 6 + 3) * UnixTime::DAY),
        plays: (moments[(at * 6 / 26) as usize].views as f64 * (0.8 * normal(random)).exp()) as u64,
    });
    let (name, source) = ("7000000001".to_owned(), "estimated".to_owned());
    let reported =
        moments.iter().step_by(5).map(|one| Moment { views: one.views * 5 / 4, range: None, ..*one }).collect();
    let beside = vec![Beside { name: "reported".to_owned(), moments: reported }];
    History { name, source, posts: posts.collect(), moments, beside }
}
