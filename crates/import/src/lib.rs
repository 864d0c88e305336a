//! Reads creators' posts, rate cards and Xingtu replies from files; bad rows are told, never guessed.
