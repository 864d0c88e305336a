//! What a user of a synthetic marketplace relies on: the files' shape and order, the same bytes for the same seed, and
//! the statistics of real creators.

mod bytes;
mod errors;
mod files;
mod prices;
mod shape;
mod statistics;
