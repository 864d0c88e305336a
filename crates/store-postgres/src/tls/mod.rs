//! TLS to the server: what the database's URL asks for in libpq's words (`asked`), whom that trusts (`verify`), the handshake
//! (`handshake`), what binds a password to it (`binding`), and what is told where it does not come about (`told`).
//! docs/decisions/2026-11-29-tls-to-the-database.md.

mod asked;
mod binding;
mod handshake;
mod told;
mod verify;

pub(crate) use asked::taken_from;
pub(crate) use handshake::{Connector, Encrypted};
pub(crate) use told::{io_of_handshake, is_failed_handshake, told};
