//! The cases that the clients of all languages are tested with.
