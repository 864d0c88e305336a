//! The Chinese of what the operating system refuses.

use std::io::{Error, ErrorKind};

use crate::Spoken;

/// What the standard library says of a file that is no text.
const NOT_UTF8: &str = "stream did not contain valid UTF-8";

impl Spoken for Error {
    fn chinese(&self) -> String {
        let told = match self.kind() {
            ErrorKind::NotFound => "没有该文件或目录",
            ErrorKind::PermissionDenied => "没有权限",
            ErrorKind::IsADirectory => "是一个目录",
            // As reading a text has it.
            ErrorKind::InvalidData if self.to_string() == NOT_UTF8 => "不是 UTF-8 编码",
            ErrorKind::ConnectionRefused => "连接被拒绝",
            ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe => "连接中断",
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "网络不通",
            ErrorKind::TimedOut => "超时",
            ErrorKind::AddrInUse => "该地址已被占用",
            ErrorKind::AddrNotAvailable => "本机没有该地址",
            _ => return self.to_string(),
        };
        told.to_owned()
    }
}
