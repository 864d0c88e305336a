//! HTTP statuses in words, as problems are titled: the phrases of HTTP, and the same in Chinese (RFC 9457, section 3.1.3).

use domain::Text;

/// What an HTTP status is called.
pub const fn status_title(status: u16) -> Text {
    match status {
        400 => Text::new("Bad Request", "请求有误"),
        401 => Text::new("Unauthorized", "未通过认证"),
        402 => Text::new("Payment Required", "需要付费"),
        403 => Text::new("Forbidden", "无权访问"),
        404 => Text::new("Not Found", "未找到"),
        405 => Text::new("Method Not Allowed", "请求方法不受支持"),
        408 => Text::new("Request Timeout", "请求超时"),
        409 => Text::new("Conflict", "冲突"),
        413 => Text::new("Payload Too Large", "请求体过大"),
        414 => Text::new("URI Too Long", "网址过长"),
        415 => Text::new("Unsupported Media Type", "媒体类型不受支持"),
        422 => Text::new("Unprocessable Entity", "请求无法处理"),
        429 => Text::new("Too Many Requests", "请求过多"),
        431 => Text::new("Request Header Fields Too Large", "请求头过大"),
        500 => Text::new("Internal Server Error", "服务器内部错误"),
        501 => Text::new("Not Implemented", "尚未实现"),
        502 => Text::new("Bad Gateway", "网关错误"),
        503 => Text::new("Service Unavailable", "服务不可用"),
        504 => Text::new("Gateway Timeout", "网关超时"),
        _ => Text::new("Error", "错误"),
    }
}
