//! Where people talk to the bot. An adapter only translates; what is said comes from [`crate::bot`].

pub mod terminal;
