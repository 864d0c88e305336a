//! The id that a cell holds: as it is, or in a link to the creator's page at Xingtu.

use anyhow::anyhow;
use catalog::Text;
use domain::AuthorId;

use crate::lang;

/// The least number with as many digits as Xingtu's ids; steps and tabs of a page have fewer.
const SHORTEST: i64 = 1_000_000_000_000_000;

const LINK: Text = Text::new(
    "this is a link, not an id: write the id itself, such as 6826128263245070349 (of links only those to a creator's page at \
     xingtu.cn are read)",
    "这是链接，不是 ID：请填写 ID 本身，如 6826128263245070349（链接仅支持星图 xingtu.cn 的达人主页）",
);

/// The id of a cell.
///
/// # Errors
/// Where it is no id, and no link in which one is plain to see.
pub(super) fn of(cell: &str) -> anyhow::Result<AuthorId> {
    match is_link(cell) {
        true => of_page(cell).ok_or_else(|| anyhow!(LINK.of(lang::spoken()))),
        false => Ok(cell.parse()?),
    }
}

pub(super) fn is_link(cell: &str) -> bool {
    cell.contains("://") || cell.contains("xingtu.cn/")
}

/// The one id in the path of `https://www.xingtu.cn/ad/creator/author-homepage/douyin-video/6826128263245070349?…`. A query has other
/// long numbers, and other pages those of other things.
fn of_page(link: &str) -> Option<AuthorId> {
    let (host, path) = link.split_once("://").map_or(link, |(_, rest)| rest).split_once('/')?;
    if host != "xingtu.cn" && !host.ends_with(".xingtu.cn") {
        return None;
    }
    let steps = path.split(['?', '#']).next()?.split('/').skip_while(|step| !step.starts_with("author"));
    let is_long = |id: &AuthorId| id.as_integer().is_some_and(|number| number >= SHORTEST);
    let mut ids = steps.filter_map(|step| step.parse().ok()).filter(is_long);
    let id = ids.next()?;
    ids.next().is_none().then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_from_a_creators_page_and_from_no_other_link() {
        let page = "https://www.xingtu.cn/ad/creator/author-homepage/douyin-video/6826128263245070349";
        for link in [page, &format!("{page}?session=7301234567890123456"), &format!("{page}/1#top"), &page[8..]] {
            assert_eq!(of(link).expect(link).to_string(), "6826128263245070349");
        }
        for link in [
            "https://www.xingtu.cn/ad/creator/task/6826128263245070349",
            "https://www.xingtu.cn/ad/creator/author/6826128263245070349/7301234567890123456",
            "https://www.xingtu.cn/ad/creator/author/?task=6826128263245070349",
            "https://xingtu.cn.example/author/6826128263245070349",
            "https://notxingtu.cn/author/6826128263245070349",
            "https://www.douyin.com/user/6826128263245070349",
            "https://v.douyin.com/iRNBho6u/",
            "https://www.xingtu.cn",
        ] {
            assert!(of(link).is_err_and(|error| error.to_string().contains("not an id")), "{link}");
        }
    }
}
