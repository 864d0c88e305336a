//! What people and programs are told of an import.

use std::collections::BTreeMap;

use catalog::{Lang, Text};
use import::Summary;
use serde_json::json;

use super::one_file::{Assumed, Done, FileDone};
use crate::errors;
use crate::lang::told;
use crate::output::{counted, thousands};

/// One file's outcome.
pub(crate) struct FileReport {
    pub(crate) file: String,
    pub(crate) outcome: anyhow::Result<FileDone>,
    pub(crate) dry_run: bool,
}

impl FileReport {
    /// The outcome for programs.
    pub(crate) fn json(&self) -> serde_json::Value {
        let done = match &self.outcome {
            Ok(done) => done,
            Err(error) => return json!({"file": self.file, "error": format!("{error:#}")}),
        };
        let summary = &done.summary;
        let (mut rejected, mut by_column) = (BTreeMap::<_, u64>::new(), Vec::new());
        for ((reason, column), rows) in &summary.rejected {
            *rejected.entry(reason.name()).or_default() += rows;
            by_column.push(json!({"reason": reason.name(), "column": column, "rows": rows}));
        }
        let mut value = json!({
            "file": self.file, "kind": summary.kind.name(), "rows": summary.rows, "merged": summary.merged,
            "rejected": rejected, "rejected_by_column": by_column, "creators": summary.creators, "creators_by_platform": summary.states, "ignored_columns": summary.ignored_columns,
            "unnamed_columns": summary.unnamed_columns,
            "maybe_rounded_ids": summary.maybe_rounded,
            "dry_run": self.dry_run,
        });
        if let Some(assumed) = done.assumed {
            value["captured_at_assumed"] = json!(assumed.moment().to_string());
        }
        match &done.outcome {
            Done::Stored(stored) => {
                value["creators_changed"] = json!(stored.changed);
                value["snapshots_added"] = json!(stored.snapshots_added);
            }
            Done::DryRun { snapshots } => value["snapshots"] = json!(snapshots),
        }
        value
    }

    /// Whether no row was taken: every one was rejected, or there was none.
    pub(crate) fn took_nothing(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|done| done.summary.merged == 0)
    }

    /// The outcome for people.
    pub(crate) fn text(&self, lang: Lang) -> String {
        let FileDone { summary, assumed, outcome } = match &self.outcome {
            Ok(done) => done,
            Err(error) => return errors::line(error, lang),
        };
        let rejected = summary.rejected_total();
        let mut text = match lang {
            Lang::En => format!(
                "{} ({}): {} read, {} merged, {} rejected; {}",
                self.file,
                summary.kind,
                counted(summary.rows, "row"),
                thousands(summary.merged),
                thousands(rejected),
                creators_text(summary, lang)
            ),
            Lang::Zh => format!(
                "{}（{}）：读取 {} 行，合并 {} 行，剔除 {} 行；{}",
                self.file,
                summary.kind,
                thousands(summary.rows),
                thousands(summary.merged),
                thousands(rejected),
                creators_text(summary, lang)
            ),
        };
        text += &match (outcome, lang) {
            (Done::Stored(stored), Lang::En) => {
                let (changed, added) = (thousands(stored.changed), counted(stored.snapshots_added, "new snapshot"));
                format!(", {changed} of them updated, {added}")
            }
            (Done::Stored(stored), Lang::Zh) => {
                let (changed, added) = (thousands(stored.changed), thousands(stored.snapshots_added));
                format!("，其中 {changed} 位有更新，新增 {added} 份快照")
            }
            (Done::DryRun { snapshots }, Lang::En) => {
                format!(", {}; a dry run: nothing was stored", counted(*snapshots, "snapshot"))
            }
            (Done::DryRun { snapshots }, Lang::Zh) => {
                format!("，{} 份快照；此为试运行，未作保存", thousands(*snapshots))
            }
        };
        for ((reason, column), rows) in &summary.rejected {
            let (rows, meaning) = (thousands(*rows), reason.told().of(lang));
            let blamed = if column.is_empty() { String::new() } else { format!("{column}{}", lang.colon()) };
            text += &told!(
                lang,
                "\n  rejected {rows}: {blamed}{reason} ({meaning})",
                "\n  剔除 {rows} 行：{blamed}{meaning}（{reason}）"
            );
        }
        if let Some(assumed) = assumed {
            text += "\n  ";
            text += &assumed_text(*assumed, lang);
        }
        if !summary.maybe_rounded.is_empty() {
            text += "\n  ";
            text += &rounded_text(&summary.maybe_rounded, lang);
        }
        let ignored = ignored_names(summary, lang);
        if !ignored.is_empty() {
            let columns = ignored.join(Text::new(", ", "、").of(lang));
            text += &told!(lang, "\n  columns not known, and ignored: {columns}", "\n  未识别而忽略的列：{columns}");
        }
        text
    }
}

/// What the ignored columns are called; those without a name by their place.
fn ignored_names(summary: &Summary, lang: Lang) -> Vec<String> {
    // Keys of JSON may be empty, and have no place.
    let named = |name: &String| if name.trim().is_empty() { format!("{name:?}") } else { name.clone() };
    let unnamed = |at: &usize| told!(lang, "column {at} (no name)", "第 {at} 列（无名称）");
    summary.ignored_columns.iter().map(named).chain(summary.unnamed_columns.iter().map(unnamed)).collect()
}

/// That ids may be rounded, where it is not plain that they are, and what to do if so.
fn rounded_text(ids: &[String], lang: Lang) -> String {
    let ids = ids.join(Text::new(", ", "、").of(lang));
    told!(
        lang,
        "note: has a spreadsheet rounded these ids? They end in 0000: {ids}; if so, set their column to text before ids come into it, \
         and export again",
        "注意：以下 ID 以 0000 结尾，可能已被表格软件舍入：{ids}；如确已舍入，请先将该列设为文本格式再填入 ID，并重新导出"
    )
}

fn assumed_text(assumed: Assumed, lang: Lang) -> String {
    let moment = assumed.moment().told(lang);
    match assumed {
        Assumed::FileChanged(_) => told!(
            lang,
            "what does not say when it was seen is as of {moment}, when the file was last changed; --captured-at names another moment",
            "未注明采集时间的数据按文件的最后修改时间（{moment}）计；如有出入，请用 --captured-at 指定"
        ),
        Assumed::Import(_) => told!(
            lang,
            "what does not say when it was seen is as of {moment}, when it was imported; --captured-at names another moment",
            "未注明采集时间的数据按导入时间（{moment}）计；如有出入，请用 --captured-at 指定"
        ),
    }
}

/// How many creators a file tells of; where some are on several platforms, also how many that makes, which is what is updated.
fn creators_text(summary: &Summary, lang: Lang) -> String {
    let (creators, states) = (thousands(summary.creators), thousands(summary.states));
    let counted = counted(summary.creators, "creator");
    match summary.states == summary.creators {
        true => told!(lang, "{counted}", "{creators} 位达人"),
        false => {
            told!(lang, "{counted} ({states} counted by platform)", "{creators} 位达人（按内容类型计 {states} 位）")
        }
    }
}

#[cfg(test)]
mod tests {
    use import::Reason;

    use super::*;

    fn summary() -> Summary {
        Summary {
            kind: import::Kind::PostsCsv,
            rows: 20,
            merged: 20,
            rejected: BTreeMap::from([
                ((Reason::FieldCount, ""), 1),
                ((Reason::NotAWholeNumber, "duration_s"), 2711),
                ((Reason::NotAWholeNumber, "likes"), 5),
            ]),
            creators: 2,
            states: 2,
            assumes_capture: false,
            ignored_columns: vec!["odd".to_owned()],
            unnamed_columns: vec![1],
            maybe_rounded: vec!["7312345678901230000".to_owned()],
        }
    }

    #[test]
    fn columns_to_blame_or_without_a_name_and_ids_that_may_be_rounded_are_told() {
        let done = FileDone { summary: summary(), assumed: None, outcome: Done::DryRun { snapshots: 0 } };
        let report = FileReport { file: "posts.csv".to_owned(), outcome: Ok(done), dry_run: true };
        let (en, zh) = (report.text(Lang::En), report.text(Lang::Zh));
        for told in ["ignored: odd, column 1 (no name)", "They end in 0000: 7312345678901230000; if so"] {
            assert!(en.contains(told), "{en}");
        }
        for told in ["列：odd、第 1 列（无名称）", "可能已被表格软件舍入：7312345678901230000"] {
            assert!(zh.contains(told), "{zh}");
        }
        let blamed = "rejected 2,711: duration_s: not-a-whole-number (";
        assert!(en.contains(blamed) && en.contains("rejected 1: field-count ("), "{en}");
        assert!(zh.contains("剔除 2,711 行：duration_s：不是整数"), "{zh}");
        let json = report.json();
        assert_eq!(json["rejected"], json!({"not-a-whole-number": 2716, "field-count": 1}));
        assert_eq!(
            json["rejected_by_column"][1],
            json!({"reason": "not-a-whole-number", "column": "duration_s", "rows": 2711})
        );
        assert_eq!(
            (&json["unnamed_columns"], &json["maybe_rounded_ids"]),
            (&json!([1]), &json!(["7312345678901230000"]))
        );
    }
}
