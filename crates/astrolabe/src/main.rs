//! The astrolabe command.
fn main() {}
