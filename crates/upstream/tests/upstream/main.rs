//! The upstream source against the simulator, over loopback.

mod books;
mod network;
mod policy;
mod secrets;
mod support;
mod time;
mod together;
