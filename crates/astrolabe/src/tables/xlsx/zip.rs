//! A ZIP file (APPNOTE 6.3) of a few deflated parts. It says nothing of when it was made: same parts, same bytes.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// A file that is being made.
#[derive(Default)]
pub(super) struct Zip {
    bytes: Vec<u8>,
    /// What the end of the file says of each part.
    directory: Vec<u8>,
    parts: u16,
}

/// 1980-01-01, the first day there is.
const DATE: u16 = 1 << 5 | 1;
/// What a reader must be able to do: deflate.
const VERSION: u16 = 20;
const DEFLATED: u16 = 8;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;

impl Zip {
    /// Adds a part.
    pub(super) fn add(&mut self, name: &str, content: &str) -> io::Result<()> {
        let mut crc = flate2::Crc::new();
        crc.update(content.as_bytes());
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(content.as_bytes())?;
        let deflated = deflate.finish()?;
        let too_large = |_| io::Error::other("a workbook may have at most 4 GiB");
        let offset = u32::try_from(self.bytes.len()).map_err(too_large)?;
        let (size, deflated_size) =
            (u32::try_from(content.len()).map_err(too_large)?, u32::try_from(deflated.len()).map_err(too_large)?);
        let mut head = Vec::new();
        for half in [VERSION, FLAGS, DEFLATED, 0, DATE] {
            head.extend(half.to_le_bytes());
        }
        for word in [crc.sum(), deflated_size, size] {
            head.extend(word.to_le_bytes());
        }
        // Names here are short.
        head.extend((name.len() as u16).to_le_bytes());
        head.extend(0_u16.to_le_bytes());
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&head);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(deflated);
        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(head);
        // No comment, one disk, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.parts += 1;
        Ok(())
    }

    /// The file.
    pub(super) fn end(mut self) -> Vec<u8> {
        let (offset, size) = (self.bytes.len() as u32, self.directory.len() as u32);
        self.bytes.extend(self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.parts.to_le_bytes());
        self.bytes.extend(self.parts.to_le_bytes());
        self.bytes.extend(size.to_le_bytes());
        self.bytes.extend(offset.to_le_bytes());
        self.bytes.extend(0_u16.to_le_bytes());
        self.bytes
    }
}
