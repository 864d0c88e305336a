//! Endpoints about many creators: ranking them, and comparing some.

use crate::about_caller::PAID;
use crate::answers::{COMPARE_ANSWER, CREATORS_ANSWER};
use crate::author_cp_info::{PAID_CODES, PLATFORM};
use crate::{Billing, Endpoint, Form, Parameter, Style, Text};

/// The parameter of the tier whose prices and costs count.
pub const PARAM_TIER: &str = "tier";
/// The parameter of the figure to sort by.
pub const PARAM_BY: &str = "by";
/// The parameter of the direction.
pub const PARAM_ORDER: &str = "order";
/// The parameter of the category.
pub const PARAM_CATEGORY: &str = "category";
/// The parameter of how an id or name begins.
pub const PARAM_PREFIX: &str = "prefix";
/// The parameters of the least and the most followers.
pub const PARAM_FOLLOWERS: [&str; 2] = ["minFollowers", "maxFollowers"];
/// The parameters of the least and the most price, in yuan.
pub const PARAM_PRICE: [&str; 2] = ["minPriceYuan", "maxPriceYuan"];
/// The parameters of the least and the most CPM, in yuan.
pub const PARAM_CPM: [&str; 2] = ["minCpmYuan", "maxCpmYuan"];
/// The parameters of the least and the most expected views.
pub const PARAM_VIEWS: [&str; 2] = ["minViews", "maxViews"];
/// The parameter of the least hot share, in basis points.
pub const PARAM_HOT: &str = "minHotBp";
/// The parameter of how many creators a page has at most.
pub const PARAM_LIMIT: &str = "limit";
/// The parameter of where the page before ended.
pub const PARAM_CURSOR: &str = "cursor";
/// The parameter of the creators to compare.
pub const PARAM_AUTHORS: &str = "oAuthorIds";

/// The most creators of a page and of a comparison.
pub const MARKET_CREATORS_MAX: usize = 100;

const TIER: Parameter = Parameter {
    values: &["1_20", "21_60", "60", "single"],
    value_texts: &[
        Text::new("1 to 20 seconds", "1–20 秒"),
        Text::new("21 to 60 seconds", "21–60 秒"),
        Text::new("over 60 seconds", "60 秒以上"),
        Text::new("the one price of other platforms", "其他内容类型的统一报价"),
    ],
    ..Parameter::optional(
        PARAM_TIER,
        Text::new(
            "The length whose prices and costs count; 21_60 for short video when absent, single otherwise.",
            "以哪个时长档位的报价与成本为准；缺省时短视频为 21_60，其他为 single。",
        ),
    )
};

const BY: Parameter = Parameter {
    default: Some("cpm"),
    values: &["cpm", "cpe", "price", "views", "interactions", "hot", "followers", "category"],
    value_texts: &[
        Text::new("cost of a thousand views", "千次播放成本"),
        Text::new("cost of an interaction", "单次互动成本"),
        Text::new("price of a placement", "报价"),
        Text::new("expected views", "预期播放量"),
        Text::new("expected interactions", "预期互动量"),
        Text::new("hot share, steadied by its posts: see the notes", "爆款率（按作品数平滑，见说明）"),
        Text::new("followers", "粉丝数"),
        Text::new("name of the category, in the order of its code points", "类目名称（按 Unicode 码位顺序）"),
    ],
    example: Some("cpm"),
    ..Parameter::optional(
        PARAM_BY,
        Text::new(
            "What to sort by; creators of whom it is not known are left out.",
            "排序依据；缺少该项的达人不列出。",
        ),
    )
};

const ORDER: Parameter = Parameter {
    values: &["asc", "desc"],
    value_texts: &[Text::new("smallest first", "升序"), Text::new("largest first", "降序")],
    ..Parameter::optional(
        PARAM_ORDER,
        Text::new(
            "The direction; the best first when absent: the lowest cost or price, the most of anything else; categories from the first name on.",
            "排序方向；缺省时优者在前：成本与报价由低到高，其余由高到低；类目按名称升序。",
        ),
    )
};

const fn whole(name: &'static str, en: &'static str, zh: &'static str) -> Parameter {
    Parameter { form: Form::WHOLE, ..Parameter::optional(name, Text::new(en, zh)) }
}

const fn yuan(name: &'static str, en: &'static str, zh: &'static str) -> Parameter {
    Parameter { form: Form::Fen, ..Parameter::optional(name, Text::new(en, zh)) }
}

/// Which market the figures are of.
const MARKET: Text = Text::new(
    "Figures are those that Author CP Info answers with while no upstream is asked; where nothing that is held is fresh, the newest. Prices and interactions that no source tells are implied by costs and expected views, and marked. Peers are creators of the same platform, category and follower size; where they are fewer than 8, of any category, and then all of the platform. A percentile is how many in a hundred of them have a lower figure, half of the equal ones counted. The fair price is their median CPM times the creator's expected views.",
    "各项指标与 Author CP Info 不请求上游时的答案一致；已有数据均已过期时取最新者。来源未给出的报价与互动量由成本和预期播放量推算，并予以标明。同类达人指同内容类型、同类目、同粉丝量级的达人；不足 8 位时放宽至所有类目，仍不足则为该内容类型的全部达人。百分位指每百位同类中该指标更低者的数量（相等者计一半）；合理报价为同类 CPM 中位数乘以该达人的预期播放量。",
);

/// In which order hot shares come.
const HOT_ORDER: Text = Text::new(
    "Hot shares are sorted by how much the posts they rest on are worth, and shown as they are: by=hot goes by (hot posts + 3) ÷ (posts + 25), as if everybody had 25 more posts of which 12 % were hot. So 1 of 1 comes behind 5 of 25. A bought share counts as one of 25 posts, an imported one of which hotItemPosts is not known as one of a single post.",
    "爆款率按其作品数的分量排序，按原值显示：by=hot 以 (爆款作品数 + 3) ÷ (作品数 + 25) 为序，即假定每位达人另有 25 个作品、其中 12 % 为爆款；因此 1 个中的 1 个排在 25 个中的 5 个之后。购得的爆款率按 25 个作品计，hotItemPosts 未知的导入数据按 1 个作品计。",
);

const PAGES: Text = Text::new(
    "Pages stay stable while data changes: the cursor holds on to the edition of the market it began with, for some minutes. When that is gone, the next page goes on in the current one behind the last creator, and editionChanged is true.",
    "数据更新期间翻页保持稳定：游标在数分钟内始终对应起始版本。该版本失效后，下一页将在当前版本中从上一位达人之后继续，且 editionChanged 为 true。",
);

const EMPTY: Text = Text::new(
    "A page without a creator costs nothing (X-Astrolabe-Charged is 0), counts against no quota and leaves its Idempotency-Key free.",
    "不含任何达人的空页不计费（X-Astrolabe-Charged 为 0），不占用配额，也不占用其 Idempotency-Key。",
);

/// Creators by what they cost and bring.
pub const CREATORS: Endpoint = Endpoint {
    number: 7,
    path: "/v1/creators",
    operation_id: "creators",
    name: "creators",
    slug: "astrolabe-apis/creators",
    title: Text::new("Creators", "达人排行"),
    summary: Text::new(
        "Creators sorted by cost, price, expected views, hot share, followers or category, filtered and in pages, each with its place among its peers.",
        "按成本、报价、预期播放量、爆款率、粉丝数或类目排序并筛选达人，分页返回，并给出每位达人在同类中的位置。",
    ),
    notes: &[MARKET, HOT_ORDER, PAGES, PAID, EMPTY],
    style: Style::Plain,
    billing: Billing::Success,
    segment: None,
    parameters: &[
        PLATFORM,
        TIER,
        BY,
        ORDER,
        Parameter::optional(PARAM_CATEGORY, Text::new("Creators of this category alone.", "仅限该类目的达人。")),
        Parameter::optional(
            PARAM_PREFIX,
            Text::new("Creators whose id or name begins so.", "仅限 ID 或名称以此开头的达人。"),
        ),
        whole(PARAM_FOLLOWERS[0], "The least followers.", "最低粉丝数。"),
        whole(PARAM_FOLLOWERS[1], "The most followers.", "最高粉丝数。"),
        yuan(PARAM_PRICE[0], "The lowest price of the tier, in yuan.", "该档位最低报价（元）。"),
        yuan(PARAM_PRICE[1], "The highest price of the tier, in yuan.", "该档位最高报价（元）。"),
        yuan(PARAM_CPM[0], "The lowest CPM of the tier, in yuan.", "该档位最低 CPM（元）。"),
        yuan(PARAM_CPM[1], "The highest CPM of the tier, in yuan.", "该档位最高 CPM（元）。"),
        whole(PARAM_VIEWS[0], "The least expected views.", "最低预期播放量。"),
        whole(PARAM_VIEWS[1], "The most expected views.", "最高预期播放量。"),
        whole(
            PARAM_HOT,
            "The least hot share, in basis points: 1200 is 12 %.",
            "最低爆款率（单位为万分之一）：1200 即 12 %。",
        ),
        Parameter {
            default: Some("20"),
            form: Form::Whole(1, MARKET_CREATORS_MAX as u64),
            ..whole(PARAM_LIMIT, "How many creators a page has, 1 to 100.", "每页达人数，1 至 100。")
        },
        Parameter::optional(
            PARAM_CURSOR,
            Text::new(
                "The next of the page before, sent with the same other parameters.",
                "上一页返回的 next；其他参数须保持不变。",
            ),
        ),
    ],
    body: None,
    lines: false,
    translated: false,
    answer: CREATORS_ANSWER,
    codes: PAID_CODES,
};

/// Some creators side by side.
pub const COMPARE: Endpoint = Endpoint {
    number: 8,
    path: "/v1/compare",
    operation_id: "compare",
    name: "compare",
    slug: "astrolabe-apis/compare",
    title: Text::new("Compare", "达人对比"),
    summary: Text::new(
        "Some creators side by side: figures, prices, places among their peers, and the price at which each would sit at the median CPM of its peers.",
        "并列对比若干达人：各项指标、报价、同类百分位，以及使其 CPM 处于同类中位数的合理报价。",
    ),
    notes: &[MARKET, PAID],
    style: Style::Plain,
    billing: Billing::Success,
    segment: None,
    parameters: &[
        Parameter {
            required: true,
            form: Form::AuthorIds(MARKET_CREATORS_MAX),
            example: Some("6826128263245070349"),
            ..Parameter::optional(
                PARAM_AUTHORS,
                Text::new("The creators' ids with commas between, at most 100.", "达人 ID，以逗号分隔，最多 100 个。"),
            )
        },
        PLATFORM,
    ],
    body: None,
    lines: false,
    translated: false,
    answer: COMPARE_ANSWER,
    codes: PAID_CODES,
};
