//! `astrolabe audit`: what operators changed.

use catalog::{Lang, Text};
use clap::Args;
use gateway::admin::{subject_kept, subject_told};
use serde_json::{Value, json};
use store::{AuditEntry, AuditFilter};

use crate::amounts::of_ms;
use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::flags::{When, parse_when, period};
use crate::lang;
use crate::output;
use crate::tables::fit::{Shape, Sheet};

const NONE: Text = Text::new("no change of this kind", "没有符合条件的更改");

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
    /// Only since a day in Asia/Shanghai, or a moment: 2026-11-24, 2026-11-24T08:30:00Z
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    from: Option<When>,
    /// Only up to a day or a moment, which is included
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    to: Option<When>,
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
    let store = operator_store(&DataDir::held(common)?).await?;
    let AuditArgs { actor, action, subject, from, to, before, limit, json } = args.clone();
    let (period, subject) = (period(from, to)?, subject.map(subject_kept));
    let entries = store.audit_log(AuditFilter { actor, action, subject, period, before, limit }).await?;
    if json {
        return output::json(&entries.iter().map(entry_json).collect::<Vec<_>>());
    }
    if entries.is_empty() {
        output::person(NONE.of(lang::spoken()));
        return Ok(());
    }
    output::result(&entry_table(&entries, lang::spoken(), output::width()))?;
    if let Some(last) = entries.last().filter(|_| entries.len() >= limit as usize) {
        output::person(&lang::next_page(last.number));
    }
    Ok(())
}

/// Changes as a table.
fn entry_table(entries: &[AuditEntry], lang: Lang, width: Option<usize>) -> String {
    let rows = entries.iter().map(|entry| {
        let AuditEntry { number, at_ms, actor, action, subject, detail } = entry.clone();
        [number.to_string(), of_ms(at_ms).on_clock(lang), actor, action, subject_told(&subject), detail]
    });
    let columns = [
        (Text::new("number", "编号"), Shape::Number),
        (Text::new("at", "时间"), Shape::Moment),
        (Text::new("by", "操作者"), Shape::Word),
        (Text::new("action", "操作"), Shape::Word),
        (Text::new("to", "对象"), Shape::Prose),
        (Text::new("from then on", "更改后"), Shape::Prose),
    ];
    Sheet::with_json(columns, rows, &[0, 1, 3, 4, 5, 2], lang).text(lang, width)
}

fn entry_json(entry: &AuditEntry) -> Value {
    let AuditEntry { number, at_ms, actor, action, subject, detail } = entry;
    json!({
        "number": number, "at": of_ms(*at_ms).to_string(), "actor": actor, "action": action, "subject": subject_told(subject),
        "detail": detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::fit::table_width;

    #[test]
    fn changes_can_be_read_on_a_narrow_terminal() {
        let entry = AuditEntry {
            number: 12,
            at_ms: 1_779_950_000_000,
            actor: "command line".into(),
            action: "token.policy".into(),
            subject: "token 7".into(),
            detail: "at most 10 requests a second, burst 20, cap 50 yuan".into(),
        };
        for lang in [Lang::En, Lang::Zh] {
            let told = entry_table(std::slice::from_ref(&entry), lang, Some(80));
            for part in [" 12 ┆ 2026-05-28 ", "┆ token.policy ┆", "┆ token 7 ┆", "┆ at most 10 "] {
                assert!(told.contains(part), "{part:?} is not in\n{told}");
            }
            assert!(table_width(&told) <= 80, "{told}");
        }
    }
}
