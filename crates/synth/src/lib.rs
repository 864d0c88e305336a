//! A synthetic marketplace with the statistics of real creators, the same bytes for the same seed.
