//! Of which version the schema of a store is, looked at without changing it.

/// The schema of a file or a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFound {
    /// Of what, without secrets: the path of a file, or what keeps a database.
    pub of: String,
    /// Its version; none where there is nothing yet.
    pub found: Option<u32>,
    /// The version that this release brings it to.
    pub known: u32,
}

impl SchemaFound {
    /// Whether opening the store changes nothing.
    pub fn is_current(&self) -> bool {
        self.found == Some(self.known)
    }
}
