//! `astrolabe serve --check`: whether a server would start with these settings and data, and what it would do. Nothing is listened at,
//! migrated, made or bought.

use catalog::{Lang, Text};
use gateway::{Stores, TokenKey};
use serde_json::{Value, json};
use store::SchemaFound;

use super::{ServeArgs, check, gateway, rates_kept_in, shared_rates, upstreams, warn_of_network};
use crate::commands::{admin, price};
use crate::config::{self, KeptIn};
use crate::data_dir::DataDir;
use crate::lang::{self, told};
use crate::{output, token_key};

/// What is said of what only data of this release's schema tells.
const NOT_LOOKED_AT: Text = Text::new("not looked at before the schema is this release's", "结构升级之前不检查");

/// What a server would do.
struct Plan {
    schemas: Vec<SchemaFound>,
    /// Whether the tokens' key is there; not known of data that would be migrated or made.
    has_key: Option<bool>,
    upstreams: Vec<String>,
    listen: String,
    admin_listen: Option<String>,
}

/// Looks at everything that a start looks at, in its order.
///
/// # Errors
/// With what would keep the server from starting.
pub(super) async fn run(args: &ServeArgs, data: &DataDir) -> anyhow::Result<()> {
    let schemas = data.schemas().await?;
    let (has_key, still_free) = match schemas.iter().all(SchemaFound::is_current) {
        true => look_at_data(args, data).await.map(|(has_key, still_free)| (Some(has_key), still_free))?,
        false => (None, None),
    };
    let asked = upstreams(data)?.map_or(Vec::new(), |_| data.config.upstream_names());
    config::warn_of_upstreams(&data.config);
    config::warn_of_proxies(&data.config);
    let admin_listen = admin::would_listen(args.admin_listen, data)?.map(|address| address.to_string());
    let listen = args.listen.unwrap_or(data.config.listen);
    warn_of_network(listen);
    let listen = listen.to_string();
    let plan = Plan { schemas, has_key, upstreams: asked, listen, admin_listen };
    match args.json {
        true => output::json(&plan.json(args, data)),
        false => output::result(&plan.text(args, data, lang::spoken())),
    }?;
    still_free.iter().for_each(|told| output::person(told));
    Ok(())
}

/// Looks at data of this release's schema; tells whether the tokens' key is there, and what tells for nothing what has a price.
async fn look_at_data(args: &ServeArgs, data: &DataDir) -> anyhow::Result<(bool, Option<String>)> {
    let store = data.store("nobody").await?;
    check(&*store, data).await?;
    let key = token_key::look(data, &*store).await?;
    let has_key = key.is_some();
    // Where there is none, nothing is kept under it either.
    let key = key.unwrap_or_else(|| TokenKey::new(&[0; TokenKey::LEN]));
    let still_free = price::told_free(&*store, lang::spoken()).await?;
    let rates = shared_rates(args, data, &key).await?;
    let stores = Stores { creators: store.clone(), meter: store, rates, upstreams: upstreams(data)? };
    gateway(data, key, stores).await?;
    Ok((has_key, still_free))
}

impl Plan {
    fn text(&self, args: &ServeArgs, data: &DataDir, lang: Lang) -> String {
        let mut facts = vec![(Text::new("data", "数据").of(lang), data.place())];
        for schema in &self.schemas {
            facts.push((Text::new("schema", "结构版本").of(lang), schema_text(schema, lang)));
        }
        facts.push((Text::new("books", "账目").of(lang), self.books(data).of(lang).to_owned()));
        facts.push((Text::new("token.key", "token.key").of(lang), self.key().of(lang).to_owned()));
        facts
            .push((Text::new("rates", "速率计数").of(lang), rates_text(rates_kept_in(args, data)).of(lang).to_owned()));
        let upstreams = match self.upstreams.as_slice() {
            [] => Text::new("none is asked", "不询问上游").of(lang).to_owned(),
            names => names.join(Text::new(", ", "、").of(lang)),
        };
        facts.push((Text::new("upstreams", "上游").of(lang), upstreams));
        facts.push((Text::new("listens at", "监听").of(lang), format!("http://{}", self.listen)));
        let admin = match &self.admin_listen {
            Some(address) => format!("http://{address}"),
            None => Text::new("not opened: it has no key", "不启用：尚无密钥").of(lang).to_owned(),
        };
        facts.push((Text::new("admin API", "管理 API").of(lang), admin));
        let would_start = Text::new("a server would start so:", "服务器可以启动：").of(lang);
        format!("{would_start}\n{}", output::facts(facts))
    }

    fn books(&self, data: &DataDir) -> Text {
        match (self.has_key, data.config.verify_at_start) {
            (None, _) => NOT_LOOKED_AT,
            (Some(_), true) => Text::new("balance", "平衡"),
            (Some(_), false) => {
                Text::new("not looked at: meter.verify_at_start is false", "不检查：meter.verify_at_start 为 false")
            }
        }
    }

    fn key(&self) -> Text {
        match self.has_key {
            Some(true) => Text::new("that of the tokens", "与令牌相符"),
            Some(false) => Text::new("would be made", "将生成"),
            None => NOT_LOOKED_AT,
        }
    }

    fn json(&self, args: &ServeArgs, data: &DataDir) -> Value {
        let schemas = self
            .schemas
            .iter()
            .map(|SchemaFound { of, found, known }| json!({ "of": of, "found": found, "known": known }));
        json!({
            "data": data.place_in(Lang::En),
            "schemas": schemas.collect::<Vec<_>>(),
            "verified": self.has_key.is_some() && data.config.verify_at_start,
            "has_token_key": self.has_key,
            "rates": rates_text(rates_kept_in(args, data)).en,
            "upstreams": self.upstreams,
            "listen": self.listen,
            "admin_listen": self.admin_listen,
        })
    }
}

fn schema_text(SchemaFound { of, found, known }: &SchemaFound, lang: Lang) -> String {
    match found {
        None => told!(lang, "{of}: would be made, version {known}", "{of}：将新建，版本 {known}"),
        Some(found) if found == known => told!(lang, "{of}: version {found}", "{of}：版本 {found}"),
        Some(found) => {
            told!(lang, "{of}: version {found}, would be brought to {known}", "{of}：版本 {found}，将升级至 {known}")
        }
    }
}

const fn rates_text(kept_in: KeptIn) -> Text {
    match kept_in {
        KeptIn::Memory => Text::new("memory", "内存"),
        KeptIn::Database => Text::new("database", "数据库"),
        KeptIn::Redis => Text::new("redis", "Redis"),
    }
}
