//! What is wrong with files to import, in Chinese.

use import::{ImportError, NOT_UTF8, Position, Problem, Reject};

/// Why a file was not imported.
pub(super) fn of_import(error: &ImportError) -> String {
    let problem = match &error.problem {
        Problem::Read(why) => format!("无法读取：{}", super::chinese(why)),
        Problem::Compression { format, bytes, cause } => format!("{format} 数据在解压 {bytes} 字节后损坏：{cause}"),
        Problem::CutShort { line, cause } => format!("在第 {line} 行中断：{}", cause.zh),
        Problem::Broken { line, cause } => format!("第 {line} 行损坏：{cause}"),
        Problem::Parquet { row_group: Some(number), cause } => format!("Parquet 数据的第 {number} 个行组损坏：{cause}"),
        Problem::Parquet { row_group: None, cause } => format!("Parquet 数据损坏：{cause}"),
        Problem::ParquetCodec(codec) => {
            format!("各列以 {codec} 压缩，本程序不读取该格式；请以 snappy、gzip、zstd 或不压缩写出")
        }
        Problem::MissingColumn { missing, required } => format!("缺少列 {missing}；必需的列为 {}", required.zh),
        Problem::RepeatedColumn(column) => format!("列 {column} 重复出现"),
        Problem::ColumnType { column, found, right } => {
            format!("列 {column} 的类型为 {found}；应为{}", right.zh)
        }
        Problem::Gbk { line } => format!("第 {line} 行{}", NOT_UTF8.zh),
        Problem::RoundedIds { ids, such_as } => format!(
            "有 {ids} 个不同的 ID 以 0000 结尾（如 {such_as}），已被表格软件舍入，末尾数字已丢失；请先将 ID 所在列设为文本格式再填入 ID，并重新导出"
        ),
        Problem::Unrecognised(why) => format!("无法识别：{}", why.zh),
        Problem::Rejected(reject) => of_reject(reject),
        Problem::Sink(why) => format!("无法写入错误行：{}", super::chinese(why)),
    };
    format!("{}：{problem}", error.file)
}

fn of_reject(reject: &Reject) -> String {
    let Reject { position, column, value, reason, message } = reject;
    let place = match position {
        Position::Line(line) => format!("第 {line} 行"),
        Position::Row(row) => format!("第 {row} 条记录"),
        Position::Reply { number, pointer } => format!("第 {number} 个响应的 {pointer}"),
    };
    let column = if column.is_empty() { String::new() } else { format!("的 {column} 列") };
    format!("{place}{column} {value:?}：{}（{reason}）", message.zh)
}
