//! Reads opendocument.
use crate::corpus::format::{Extracted, Unreadable};
pub fn read(_bytes: &[u8]) -> Result<Extracted, Unreadable> { Err(Unreadable::Unsupported) }
