//! What people call the columns of tables in spreadsheets. Spaces, `_`, `-`, capitals and the width of brackets do not count.

/// What a column of creators' ids is called; of several in one file the first here counts. Xingtu calls the id `star_id`, its
/// exports and agencies' lists what they like.
pub const AUTHOR_ID_HEADINGS: &[&str] = &[
    "author_id",
    "达人 ID",
    "oAuthorId",
    "star_id",
    "星图 ID",
    "抖音星图 ID",
    "达人星图 ID",
    "星图达人 ID",
    "创作者 ID",
    "作者 ID",
    "博主 ID",
    "KOL ID",
    "达人编号",
    "星图编号",
    "达人星图编号",
    "星图达人编号",
    "创作者编号",
    "博主编号",
    "达人 UID",
    "星图 UID",
];

/// What a column of platforms is called.
pub const PLATFORM_HEADINGS: &[&str] = &["platform", "内容类型", "内容形式", "视频形式", "形式"];

/// Whether a heading is a name.
pub fn is_heading(heading: &str, name: &str) -> bool {
    plain(heading).eq(plain(name))
}

fn plain(heading: &str) -> impl Iterator<Item = char> {
    heading.chars().filter(|letter| !matches!(letter, '_' | '-') && !letter.is_whitespace()).map(
        |letter| match letter {
            '（' => '(',
            '）' => ')',
            letter => letter.to_ascii_lowercase(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_known_however_it_is_written() {
        for heading in ["author_id", "Author ID", "AUTHOR-ID", " authorId "] {
            assert!(is_heading(heading, "author_id"), "{heading}");
        }
        assert!(
            is_heading("时长(秒)", "时长（秒）") && is_heading("达人ID", "达人 ID") && !is_heading("达人", "达人 ID")
        );
    }
}
