//! Files that spreadsheets save by default and that are no UTF-8 text: workbooks, and text in the encoding of Chinese Windows.

use domain::Text;

/// How a workbook becomes a file that is read.
pub const WORKBOOK: Text = Text::new(
    "it is an Excel workbook: save it in Excel as \"CSV UTF-8 (Comma delimited)\" and name that file",
    "这是 Excel 工作簿：请在 Excel 中另存为“CSV UTF-8（逗号分隔）”，再指定该文件",
);

/// How text in another encoding becomes a file that is read.
pub const NOT_UTF8: Text = Text::new(
    "it is not UTF-8 (GBK or UTF-16, perhaps): save it in Excel as \"CSV UTF-8 (Comma delimited)\"",
    "不是 UTF-8 编码（可能是 GBK 或 UTF-16）：请在 Excel 中另存为“CSV UTF-8（逗号分隔）”",
);

/// Whether a file of these first bytes is a workbook: a zip, as .xlsx is, or the container of .xls.
pub fn is_workbook(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xd0\xcf\x11\xe0")
}

/// Whether bytes are no UTF-8, but GBK: each byte above ASCII is the first of a pair (or, in GB 18030, of two pairs). A damaged
/// byte among others is not: it stands alone.
pub(crate) fn is_gbk(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        rest = match (first, &rest[1..]) {
            (0..=0x7f, after) => after,
            (0x81..=0xfe, [0x40..=0x7e | 0x80..=0xfe, after @ ..]) => after,
            (0x81..=0xfe, [b'0'..=b'9', 0x81..=0xfe, b'0'..=b'9', after @ ..]) => after,
            _ => return false,
        };
    }
    std::str::from_utf8(bytes).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gbk_is_told_from_damage_and_from_utf8() {
        // 达人, 美妆; the four bytes of 㐀.
        for gbk in [&b"42,\xb4\xef\xc8\xcb\n"[..], b"\xc3\xc0\xd7\xb1", b"\x81\x39\xee\x39"] {
            assert!(is_gbk(gbk), "{gbk:?}");
        }
        for other in [&b"plain"[..], "达人".as_bytes(), b"1,\xff,2", b"caf\xe9,1", b"\xb4"] {
            assert!(!is_gbk(other), "{other:?}");
        }
    }
}
