//! Makes a marketplace of a given size as Parquet and tells what it took:
//! `cargo run --release -p synth --example measure -- CREATORS POSTS SEED DIR [csv]`.

use std::path::Path;
use std::time::Instant;

use synth::{Format, Plan};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [creators, posts, seed, dir, format @ ..] = arguments.as_slice() else {
        return Err("expected CREATORS POSTS SEED DIR [csv]".into());
    };
    let format = if format.is_empty() { Format::Parquet } else { Format::Csv };
    let plan = Plan::new(creators.parse()?, posts.parse()?, seed.parse()?);
    let start = Instant::now();
    let mut made = None;
    let written = synth::write(&plan, Path::new(dir), format, &mut |done, _| {
        if done >= plan.posts && made.is_none() {
            made = Some(start.elapsed());
        }
    })?;
    eprintln!("{written:#?}\nmade after {made:?}, written after {:?}", start.elapsed());
    Ok(())
}
