//! Where people talk to the bot. An adapter only translates; what is said comes from [`crate::bot`].

mod adding;
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

pub(crate) use recent::Recent;
pub(crate) use shared::Job;
pub use shared::Shared;
