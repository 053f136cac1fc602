//! Reads odt.
use super::super::{Extracted, Unreadable};
pub fn read(_bytes: &[u8]) -> Result<Extracted, Unreadable> { Err(Unreadable::Unsupported) }
