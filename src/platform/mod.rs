//! Where people talk to the bot. An adapter only translates; what is said comes from [`crate::bot`].

pub mod courier;
pub mod discord;
pub mod following;
mod limits;
pub mod matrix;
pub mod post;
mod recent;
mod shared;
mod tasks;
pub mod terminal;

pub use shared::Shared;
pub(crate) use shared::{Done, Job};
