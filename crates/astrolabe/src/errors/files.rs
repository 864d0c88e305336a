//! What is wrong with files to import, in Chinese.

use import::{ImportError, NOT_UTF8, Position, Problem, Reason, Reject};

/// Why a file was not imported.
pub(super) fn of_import(error: &ImportError) -> String {
    let problem = match &error.problem {
        Problem::Read(why) => format!("无法读取：{}", super::chinese(why)),
        Problem::Compression { format, bytes, cause } => format!("{format} 数据在解压 {bytes} 字节后损坏：{cause}"),
        Problem::CutShort { line, cause } => format!("在第 {line} 行中断：{cause}"),
        Problem::Broken { line, cause } => format!("第 {line} 行损坏：{cause}"),
        Problem::Parquet { row_group: Some(number), cause } => format!("Parquet 数据的第 {number} 个行组损坏：{cause}"),
        Problem::Parquet { row_group: None, cause } => format!("Parquet 数据损坏：{cause}"),
        Problem::ParquetCodec(codec) => {
            format!("各列以 {codec} 压缩，本程序不读取该格式；请以 snappy、gzip、zstd 或不压缩写出")
        }
        Problem::MissingColumn { missing, required } => format!("缺少列 {missing}；必需的列为 {required}"),
        Problem::RepeatedColumn(column) => format!("列 {column} 重复出现"),
        Problem::ColumnType { column, found, right } => format!("列 {column} 的类型为 {found}；应为 {right}"),
        Problem::Gbk { line } => format!("第 {line} 行{}", NOT_UTF8.zh),
        Problem::Unrecognised(why) => format!("无法识别：{}", why.zh),
        Problem::Rejected(reject) => of_reject(reject),
        Problem::Sink(why) => format!("无法写入错误行：{}", super::chinese(why)),
    };
    format!("{}：{problem}", error.file)
}

fn of_reject(reject: &Reject) -> String {
    let Reject { position, column, value, reason, .. } = reject;
    let place = match position {
        Position::Line(line) => format!("第 {line} 行"),
        Position::Row(row) => format!("第 {row} 条记录"),
        Position::Reply { number, pointer } => format!("第 {number} 个响应的 {pointer}"),
    };
    let column = if column.is_empty() { String::new() } else { format!("的 {column} 列") };
    format!("{place}{column} {value:?}：{}（{reason}）", meaning(*reason))
}

/// What the reason of a reject means; in English its name says it.
pub(crate) fn meaning(reason: Reason) -> &'static str {
    match reason {
        Reason::EmptyValue => "缺少必填的值",
        Reason::FieldCount => "字段数与表头不符",
        Reason::NotUtf8 => "不是 UTF-8 编码",
        Reason::BadJson => "不是有效的 JSON",
        Reason::BadId => "ID 不正确",
        Reason::UnknownPlatform => "没有该内容类型",
        Reason::UnknownTier => "没有该时长",
        Reason::TierNotSold => "该内容类型不按此时长报价",
        Reason::NotAWholeNumber => "不是整数",
        Reason::Negative => "数值为负",
        Reason::TooLarge => "数值过大",
        Reason::BadTime => "时间不正确",
        Reason::InTheFuture => "时间晚于当前",
        Reason::CapturedBeforePublished => "采集时间早于发布时间",
        Reason::BadFlag => "既非 true 亦非 false",
        Reason::BadPrice => "报价不正确",
        Reason::ZeroPrice => "报价为零",
        Reason::TwoPrices => "同一时长另有不同报价",
        Reason::BadText => "名称或类目过长或含换行",
        Reason::FailedReply => "星图响应本身为失败",
    }
}
