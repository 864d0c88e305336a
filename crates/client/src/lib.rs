//! The Rust client of an Astrolabe server.
