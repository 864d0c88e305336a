//! Files of creators' ids: one a line, or CSV with a header.

use std::path::Path;

use anyhow::{Context, bail};
use domain::{CreatorKey, Platform};

use crate::lang::{self, told};

/// Names of the column with ids.
const IDS: [&str; 3] = ["author_id", "oAuthorId", "id"];

/// Reads the creators that a file names; on `platform` where it does not say.
pub(super) fn read(file: &Path, platform: Platform) -> anyhow::Result<Vec<CreatorKey>> {
    let text = std::fs::read_to_string(file).with_context(|| lang::cannot_read(file))?;
    let keys = parse(&text, platform).with_context(|| file.display().to_string())?;
    if keys.is_empty() {
        let file = file.display();
        bail!(told!(
            lang::spoken(),
            "{file} names no creator: write an id on each line",
            "{file} 中没有达人：请每行写一个 ID"
        ));
    }
    Ok(keys)
}

fn parse(text: &str, platform: Platform) -> anyhow::Result<Vec<CreatorKey>> {
    let lines = (1..).zip(text.trim_start_matches('\u{feff}').lines()).filter(|(_, line)| !line.trim().is_empty());
    let mut lines = lines.peekable();
    let header = lines.next_if(|(_, line)| fields(line).any(|field| IDS.contains(&field)));
    let place = |names: &[&str]| header.and_then(|(_, line)| fields(line).position(|field| names.contains(&field)));
    let (id_at, platform_at) = (place(&IDS).unwrap_or(0), place(&["platform"]));
    lines
        .map(|(number, line)| {
            let at_line = || told!(lang::spoken(), "line {number}", "第 {number} 行");
            let author_id = fields(line).nth(id_at).unwrap_or_default().parse().with_context(at_line)?;
            let named = platform_at.and_then(|at| fields(line).nth(at)).filter(|name| !name.is_empty());
            let platform = named.map_or(Ok(platform), str::parse).with_context(at_line)?;
            Ok(CreatorKey { author_id, platform })
        })
        .collect()
}

/// The fields of a line; ids and platforms have no comma in them.
fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split([',', '\t']).map(|field| field.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let keys = parse(text, Platform::ShortVideo).map_err(|error| format!("{error:#}"))?;
        Ok(keys.iter().map(|key| format!("{} {}", key.author_id, key.platform)).collect())
    }

    #[test]
    fn ids_stand_alone_or_in_their_column() {
        let two = Ok(vec!["42 SHORT_VIDEO".to_owned(), "43 SHORT_VIDEO".to_owned()]);
        assert_eq!(read("42\n\n43\r\n"), two);
        assert_eq!(read("\u{feff}name,author_id\n\"a\",\"42\"\nb,43\n"), two);
        assert_eq!(read("oAuthorId\tplatform\n42\tPICTURE_TEXT\n"), Ok(vec!["42 PICTURE_TEXT".to_owned()]));
        assert_eq!(read("id\n"), Ok(vec![]));
        assert!(read("42\nno id\n").is_err_and(|error| error.contains('2')));
        assert!(read("id,platform\n42,TV\n").is_err_and(|error| error.contains('2')));
    }
}
