//! The data that the endpoint is asked for: a marketplace, imported the way users import.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::place::Place;
use super::server::{Answer, Connection, Server};

/// The contract's path.
pub(super) const PATH: &str = "/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1";

/// How many posts a creator has on average.
const POSTS_PER_CREATOR: u64 = 12;

/// A data directory filled for the benchmark.
pub(super) struct Held {
    /// The data directory.
    pub(super) place: Place,
    /// A file with a creator's id a line.
    pub(super) ids: PathBuf,
    /// A token.
    pub(super) token: String,
}

impl Held {
    /// Makes a marketplace in `dir`, imports it, and makes a token.
    pub(super) fn make(binaries: &Path, dir: &Path, creators: u64) -> anyhow::Result<Self> {
        // What an earlier release left may have another form.
        let _ = fs::remove_dir_all(dir);
        let market = market(dir);
        fs::create_dir_all(&market).with_context(|| market.display().to_string())?;
        let place = Place::new(binaries, dir.join("data"));
        let (creators, posts) = (creators.to_string(), (creators * POSTS_PER_CREATOR).to_string());
        println!("making {creators} creators with {posts} posts, and importing them");
        let size = ["--creators", &creators, "--posts", &posts];
        let out = ["--out", &market.to_string_lossy()];
        place.run(&[&["synth", "--seed", "1", "--format", "csv"][..], &size, &out].concat())?;
        import(&place, dir)?;
        let ids = dir.join("ids");
        write_ids(&market.join("posts.csv"), &ids)?;
        place.run(&["account", "create", "bench"])?;
        let token = place.run(&["token", "create", "bench"])?;
        Ok(Self { place, ids, token })
    }

    /// Asks about each creator once: keeps those that have figures, and leaves the server's memory as it is when it has
    /// run for a while. Gives one answer, for its size.
    pub(super) fn warm_up(&self, server: &Server) -> anyhow::Result<Answer> {
        let all = fs::read_to_string(&self.ids)?;
        let mut connection = Connection::open(server)?;
        let mut kept = String::new();
        let mut last = None;
        for id in all.lines() {
            let target = format!("{PATH}?token={}&oAuthorId={id}&platform=SHORT_VIDEO", self.token);
            let answer = connection.get(&target)?;
            if answer.status == 200 {
                kept.push_str(id);
                kept.push('\n');
                last = Some(answer);
            }
        }
        fs::write(&self.ids, &kept)?;
        println!("{} creators of short videos, {} of them with figures", all.lines().count(), kept.lines().count());
        last.context("no creator has figures")
    }
}

/// Imports the marketplace made in `dir`.
pub(super) fn import(place: &Place, dir: &Path) -> anyhow::Result<()> {
    for file in ["posts.csv", "rate_cards.csv"] {
        place.run(&["import", &market(dir).join(file).to_string_lossy()])?;
    }
    Ok(())
}

fn market(dir: &Path) -> PathBuf {
    dir.join("market")
}

/// Writes the ids of the creators of short videos, each once, in the order of their first post.
fn write_ids(posts: &Path, ids: &Path) -> anyhow::Result<()> {
    let mut seen = HashSet::new();
    let mut out = BufWriter::new(File::create(ids)?);
    for line in BufReader::new(File::open(posts)?).lines().skip(1) {
        let line = line?;
        let mut fields = line.split(',').skip(1);
        let (Some(author), Some("SHORT_VIDEO")) = (fields.next(), fields.next()) else { continue };
        if seen.insert(author.to_owned()) {
            writeln!(out, "{author}")?;
        }
    }
    Ok(out.flush()?)
}
