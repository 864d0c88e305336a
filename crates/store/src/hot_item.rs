//! A hot share as databases keep it: their column is older than creators without one, and takes no null.

/// Kept where there is no hot share.
const NONE: u32 = u32::MAX;

/// The number kept for a hot share.
pub fn hot_item_kept(hot_item_bp: Option<u32>) -> u32 {
    hot_item_bp.unwrap_or(NONE)
}

/// The hot share of a number kept.
pub fn hot_item_of(kept: u32) -> Option<u32> {
    (kept != NONE).then_some(kept)
}
