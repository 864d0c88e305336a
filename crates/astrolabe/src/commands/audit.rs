//! `astrolabe audit`: what operators changed.

use catalog::Lang;
use clap::Args;
use serde_json::{Value, json};
use store::{AuditEntry, AuditFilter};

use crate::amounts::of_ms;
use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::lang;
use crate::output;

#[derive(Debug, Clone, Args)]
pub(crate) struct AuditArgs {
    /// Only what one actor did, as the list names it
    #[arg(long, value_name = "ACTOR")]
    actor: Option<String>,
    /// Only one action, such as token.disable, or all of a kind, such as token
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Only what was done to this, as the list names it: 'token 7'
    #[arg(long, value_name = "SUBJECT")]
    subject: Option<String>,
    /// Only those before this one: the last one of the page before
    #[arg(long, value_name = "NUMBER")]
    before: Option<i64>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Lists changes, newest first.
pub(crate) async fn run(common: &Common, args: &AuditArgs) -> anyhow::Result<()> {
    let store = operator_store(&DataDir::open(common)?).await?;
    let AuditArgs { actor, action, subject, before, limit, json } = args.clone();
    let entries = store.audit_log(AuditFilter { actor, action, subject, before, limit }).await?;
    if json {
        return output::json(&entries.iter().map(entry_json).collect::<Vec<_>>());
    }
    let rows = entries.iter().map(|entry| {
        let AuditEntry { number, at_ms, actor, action, subject, detail } = entry.clone();
        [number.to_string(), output::moment(of_ms(at_ms)), actor, action, subject, detail]
    });
    let lang = lang::spoken();
    let header = match lang {
        Lang::En => ["number", "at", "by", "action", "to", "from then on"],
        Lang::Zh => ["编号", "时间", "操作者", "操作", "对象", "更改后"],
    };
    output::result(&output::table(header, &[0], rows))?;
    if let Some(last) = entries.last().filter(|_| entries.len() >= limit as usize) {
        output::person(&lang::next_page(last.number));
    }
    Ok(())
}

fn entry_json(entry: &AuditEntry) -> Value {
    let AuditEntry { number, at_ms, actor, action, subject, detail } = entry;
    json!({
        "number": number, "at": of_ms(*at_ms).to_string(), "actor": actor, "action": action, "subject": subject,
        "detail": detail,
    })
}
