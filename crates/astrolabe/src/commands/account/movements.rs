//! `astrolabe account movements`: what went into an account and out of it again.

use catalog::{Lang, Text};
use clap::Args;
use serde_json::{Value, json};
use store::{AccountStore, MeterStore, MovementFilter, MovementKind, PastMovement};

use crate::amounts::{of_ms, put_amount};
use crate::flags::{When, parse_when, period};
use crate::lang;
use crate::output;
use crate::tables::fit::{Shape, Sheet};

#[derive(Debug, Args)]
pub(crate) struct MovementsArgs {
    /// The account's name
    name: String,
    /// Only since a day in Asia/Shanghai, or a moment: 2026-11-24, 2026-11-24T08:30:00Z
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    from: Option<When>,
    /// Only up to a day or a moment, which is included
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    to: Option<When>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

const MORE: Text = Text::new(
    "there may be more: --limit shows more of them, --to those before a day",
    "可能还有更多：可用 --limit 增加条数，或以 --to 查看某日以前的",
);

/// Lists the movements of an account, newest first.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &MovementsArgs) -> anyhow::Result<()> {
    let account = store.account(&args.name).await?;
    let filter = MovementFilter { account_id: account.id, period: period(args.from, args.to)?, limit: args.limit };
    let movements = store.movements(filter).await?;
    if args.json {
        return output::json(&movements.iter().map(movement_json).collect::<Vec<_>>());
    }
    let lang = lang::spoken();
    output::result(&movement_table(&movements, lang, output::width()))?;
    if movements.len() >= args.limit as usize {
        output::person(MORE.of(lang));
    }
    Ok(())
}

fn title(kind: MovementKind) -> Text {
    match kind {
        MovementKind::TopUp => Text::new("top-up", "充值"),
        MovementKind::Withdrawal => Text::new("withdrawal", "扣回"),
    }
}

/// Movements as a table.
fn movement_table(movements: &[PastMovement], lang: Lang, width: Option<usize>) -> String {
    let rows = movements.iter().map(|movement| {
        [
            of_ms(movement.at_ms).on_clock(lang),
            title(movement.kind).of(lang).to_owned(),
            movement.amount.to_string(),
            movement.credited.to_string(),
            movement.key.clone(),
            movement.note.clone(),
        ]
    });
    let columns = [
        (Text::new("at", "时间"), Shape::Moment),
        (Text::new("what", "类型"), Shape::Word),
        (Text::new("amount (yuan)", "金额（元）"), Shape::Number),
        (Text::new("credited then (yuan)", "其后累计净充值（元）"), Shape::Number),
        (Text::new("key", "键"), Shape::Word),
        (Text::new("note", "备注"), Shape::Prose),
    ];
    Sheet::with_json(columns, rows, &[0, 1, 2, 5, 3, 4], lang).text(lang, width)
}

fn movement_json(movement: &PastMovement) -> Value {
    let PastMovement { kind, at_ms, key, note, .. } = movement;
    let mut value = json!({ "kind": kind.name(), "at": of_ms(*at_ms).to_string(), "key": key, "note": note });
    put_amount(&mut value, "amount", movement.amount);
    put_amount(&mut value, "credited", movement.credited);
    value
}
