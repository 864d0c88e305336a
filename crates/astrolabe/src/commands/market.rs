//! Who ranks, compares and plans for the verbs: a server, or this process from the local data. Both take the same questions
//! and give the same answers.

mod table;

pub(crate) use table::{compared, drawn, ranked};

use anyhow::{Context, anyhow, bail};
use catalog::market_wire::{BySource, Comparison, CreatorsPage};
use catalog::plan_wire::{PlanAnswer, PlanQuestion};
use catalog::{Lang, PARAM_BY, PARAM_CATEGORY, PARAM_LIMIT, PARAM_PLATFORM, ParameterError, Text};
use clap::Args;
use domain::Platform;
use form_urlencoded::Serializer;
use gateway::PlanAsked;
use market::{By, Market};

use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::lang::{self, told};
use crate::now::now;
use crate::output::{self, shell_word, thousands};

/// Flags that name a server.
#[derive(Debug, Args)]
pub(crate) struct ServerFlags {
    /// Ask this server instead of the local data
    #[arg(long)]
    url: Option<String>,
    /// The token for the server; better given as the environment variable, which no process list shows
    #[arg(long, env = "ASTROLABE_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl ServerFlags {
    /// The flags that name the server again in a command to repeat; the token is only pointed at.
    pub(crate) fn again(&self) -> String {
        let Some(url) = &self.url else { return String::new() };
        // Where the variable has it, no flag is needed.
        let token = std::env::var_os("ASTROLABE_TOKEN").map_or(" --token TOKEN", |_| "");
        format!(" --url {}{token}", shell_word(url))
    }

    /// A client of the server that is named, where one is.
    ///
    /// # Errors
    /// When the address is none.
    pub(crate) fn client(&self) -> anyhow::Result<Option<client::Client>> {
        let Some(url) = &self.url else { return Ok(None) };
        let token = self.token.as_ref().with_context(|| {
            told!(
                lang::spoken(),
                "a server wants a token: set the environment variable ASTROLABE_TOKEN, or give --token",
                "向服务器查询需要令牌：请设定环境变量 ASTROLABE_TOKEN，或以 --token 指定"
            )
        })?;
        Ok(Some(client::Client::new(url, token.as_str())?.speaking(lang::spoken())))
    }
}

/// Who answers.
pub(crate) enum Answers {
    /// The creators of the local data.
    Local(Box<Market>),
    /// A server.
    Server(client::Client),
}

impl Answers {
    /// The server that the flags name; otherwise the local data, gathered first. What is wrong is told in the language.
    ///
    /// # Errors
    /// When the data cannot be read, or hold no creator with figures.
    pub(crate) async fn of(common: &Common, server: &ServerFlags, lang: Lang) -> anyhow::Result<Self> {
        if let Some(client) = server.client()? {
            return Ok(Self::Server(client));
        }
        let data = DataDir::held(common)?;
        let (store, settings) = (operator_store(&data).await?, data.config.gateway);
        let gathering = tokio::task::spawn_blocking(move || gateway::survey_market(&*store, &settings, now()));
        let (market, _) = gathering.await.context("the creators could not be gathered")??;
        if market.is_empty() {
            let place = data.place();
            bail!(match lang {
                Lang::En => format!("no creator with figures is in {place}: import posts, or name another --data"),
                Lang::Zh => format!("{place} 中没有任何达人的数据：请导入作品，或另行指定 --data"),
            });
        }
        Ok(Self::Local(Box::new(market)))
    }

    /// Tells people what a server charged, where it charges.
    pub(crate) fn tell_cost(&self, lang: Lang) {
        if let Self::Server(client) = self {
            tell_cost(client, lang);
        }
    }

    /// A page of creators.
    ///
    /// # Errors
    /// When the question has a mistake, or the server does not answer.
    pub(crate) async fn creators(&self, query: &str) -> anyhow::Result<CreatorsPage> {
        Ok(match self {
            Self::Local(market) => gateway::rank_creators(market, query).map_err(of_parameter)?,
            Self::Server(client) => client.creators(query).await?,
        })
    }

    /// That the local data have nobody of a category, where that is so. A server is not asked, for each call may cost.
    ///
    /// # Errors
    /// As [`Answers::creators`].
    pub(crate) async fn no_such_category(
        &self,
        platform: Platform,
        category: Option<&str>,
        lang: Lang,
    ) -> anyhow::Result<Option<String>> {
        let Some(category) = category.filter(|_| matches!(self, Self::Local(_))) else { return Ok(None) };
        // For anybody of it, whatever is known of them.
        let anybody = query([
            (PARAM_PLATFORM, Some(platform.name().to_owned())),
            (PARAM_BY, Some(By::Views.name().to_owned())),
            (PARAM_CATEGORY, Some(category.to_owned())),
            (PARAM_LIMIT, Some("1".to_owned())),
        ]);
        let is_missing = self.creators(&anybody).await?.total == 0;
        let word = platform.word().zh;
        Ok(is_missing.then(|| {
            told!(
                lang,
                "no creator on {platform} is of the category {category}: rank --by category lists which there are",
                "{word}中没有类目为“{category}”的达人：rank --by category 可列出现有类目"
            )
        }))
    }

    /// Creators side by side.
    ///
    /// # Errors
    /// As [`Answers::creators`].
    pub(crate) async fn compare(&self, query: &str) -> anyhow::Result<Comparison> {
        Ok(match self {
            Self::Local(market) => gateway::compare_creators(market, query).map_err(of_parameter)?,
            Self::Server(client) => client.compare(query).await?,
        })
    }

    /// A plan.
    ///
    /// # Errors
    /// As [`Answers::creators`]; or when no set of creators keeps all limits.
    pub(crate) async fn plan(&self, question: &PlanQuestion) -> anyhow::Result<PlanAnswer> {
        Ok(match self {
            Self::Local(market) => {
                let asked = PlanAsked::read(question).map_err(|fault| {
                    of_flag(fault.field(), fault.reason(lang::spoken())).unwrap_or_else(|| fault.into())
                })?;
                asked.answer(market)?
            }
            Self::Server(client) => client.plan(question).await?,
        })
    }
}

/// That figures of several sources stand side by side, where they do.
pub(crate) fn mixed_sources(by_source: BySource, lang: Lang) -> Option<String> {
    let BySource { estimated, reported, upstream } = by_source;
    let counts = [
        (estimated, Text::new("estimated", "估算值")),
        (reported, Text::new("reported by Xingtu", "星图报告值")),
        (upstream, Text::new("bought from upstreams", "上游购得")),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, source)| {
        let (source, count) = (source.of(lang), thousands(count));
        match lang {
            Lang::En => format!("{count} {source}"),
            Lang::Zh => format!("{source} {count} 位"),
        }
    });
    let counts: Vec<String> = counts.collect();
    (counts.len() > 1).then(|| match lang {
        Lang::En => format!("These figures are of different sources ({}) and not on one scale.", counts.join(", ")),
        Lang::Zh => format!("以上数据来源不同（{}），口径不一，不宜直接比较。", counts.join("，")),
    })
}

/// Tells people what a server charged, where it charges.
pub(crate) fn tell_cost(client: &client::Client, lang: Lang) {
    if let Some(yuan) = client.charged() {
        output::person(&told!(lang, "{yuan} yuan charged", "扣费 {yuan} 元"));
    }
}

/// The flags that give what the endpoints call otherwise, as far as the command line itself lets a mistake through.
const FLAGS: [(&str, &str); 10] = [
    ("tier", "--tier"),
    ("tiers", "--tier"),
    ("viewsMin", "--min-views"),
    ("caps", "--cap, --cap-yuan"),
    ("oAuthorIds", "--creator"),
    ("minFollowers", "--min-followers"),
    ("minPriceYuan", "--min-price"),
    ("minCpmYuan", "--min-cpm"),
    ("minHotBp", "--min-hot"),
    ("minViews", "--min-views"),
];

/// What reasons call otherwise than flags do.
const IN_REASONS: [(&str, &str); 6] = [
    ("maxFollowers", "--max-followers"),
    ("maxPriceYuan", "--max-price"),
    ("maxCpmYuan", "--max-cpm"),
    ("maxViews", "--max-views"),
    ("1_20", "1-20"),
    ("21_60", "21-60"),
];

/// What is wrong with a parameter, told of the flag that gave it.
fn of_parameter(error: ParameterError) -> anyhow::Error {
    let told = match &error {
        ParameterError::Malformed { name, reason } => of_flag(name, reason.of(lang::spoken())),
        _ => None,
    };
    told.unwrap_or_else(|| error.into())
}

fn of_flag(name: &str, reason: &str) -> Option<anyhow::Error> {
    let (_, flag) = FLAGS.iter().find(|(known, _)| *known == name)?;
    let reason = IN_REASONS.iter().fold(reason.to_owned(), |reason, (api, ours)| reason.replace(api, ours));
    Some(anyhow!(told!(lang::spoken(), "{flag} is not valid: {reason}", "{flag} 不正确：{reason}")))
}

/// A query string of the parameters that have a value.
pub(crate) fn query<'p>(parameters: impl IntoIterator<Item = (&'p str, Option<String>)>) -> String {
    let given = parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Serializer::new(String::new()).extend_pairs(given).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_several_sources_are_told_apart_and_those_of_one_are_not() {
        let names = ["estimated", "reported", "estimated", ""];
        let mixed = BySource::count(names.into_iter());
        assert_eq!(mixed, BySource { estimated: 2, reported: 1, upstream: 0 });
        let [en, zh] = Lang::ALL.map(|lang| mixed_sources(mixed, lang).unwrap_or_default());
        assert!(
            en.contains("(2 estimated, 1 reported by Xingtu)") && zh.contains("（估算值 2 位，星图报告值 1 位）"),
            "{en}{zh}"
        );
        assert_eq!(mixed_sources(BySource { reported: 7, ..BySource::default() }, Lang::En), None);
    }
}
