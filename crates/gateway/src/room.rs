//! Memory for what answers are made of: cut from one large piece per thread, which is used again once the answers cut from
//! it are sent. An allocation for each body and header costs more than writing them.

use std::cell::RefCell;

use bytes::{Bytes, BytesMut};

/// A piece holds about a hundred answers.
const PIECE_BYTES: usize = 64 << 10;

struct Room {
    /// What is being written, before its length is known.
    draft: Vec<u8>,
    piece: BytesMut,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::new(Room { draft: Vec::new(), piece: BytesMut::new() });
}

/// What `fill` writes, which starts with nothing and may not write to the room itself.
pub(crate) fn write(fill: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    ROOM.with_borrow_mut(|Room { draft, piece }| {
        draft.clear();
        fill(draft);
        if piece.capacity() < draft.len() {
            piece.reserve(draft.len().max(PIECE_BYTES));
        }
        piece.extend_from_slice(draft);
        piece.split().freeze()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_stays_whatever_is_written_after_it() {
        let written: Vec<Bytes> =
            (0..1000u32).map(|n| write(|out| out.extend(n.to_string().repeat(100).bytes()))).collect();
        let large = write(|out| out.resize(3 * PIECE_BYTES, b'x'));
        for (n, bytes) in (0..1000u32).zip(&written) {
            assert_eq!(**bytes, *n.to_string().repeat(100).as_bytes());
        }
        assert!(large.len() == 3 * PIECE_BYTES && large.iter().all(|byte| *byte == b'x'));
        assert!(write(|_| {}).is_empty());
    }
}
