//! Where people talk to the bot. An adapter only translates; what is said comes from [`crate::bot`].

mod adding;
pub mod discord;
mod limits;
pub mod matrix;
mod recent;
mod shared;
pub mod terminal;

pub use shared::Shared;
pub(crate) use shared::{Done, Job};
