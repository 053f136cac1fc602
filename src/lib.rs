//! Referent answers questions about minutes and reports with cited, verbatim excerpts.
//!
//! # The two flows
//!
//! A question goes one way:
//!
//! ```text
//! platform ─words→ bot ─→ question ─Question→ index ─Hits→ answer ─Answer→ render ─text→ platform
//! ```
//!
//! A document goes one way:
//!
//! ```text
//! knowledge/ → corpus::source ─bytes→ corpus::format ─blocks→ corpus::segment ─sections→ corpus::passage
//!           └─ ingest ─passages→ index
//! ```
//!
//! # The rooms
//!
//! | module | what it does | uses of ours |
//! | --- | --- | --- |
//! | [`corpus`] | what a document is: formats, metadata, sections, passages | nothing |
//! | [`language`] | Norwegian analysis: words → terms | nothing |
//! | [`matter`] | agenda items of different meetings that treat the same matter | corpus, language |
//! | [`clock`] | what time it is | corpus |
//! | [`config`] | `config.toml`, checked | nothing |
//! | [`question`] | words → what is asked | language, corpus |
//! | [`semantic`] | a sentence model: words → meaning, and the store of meanings | nothing |
//! | [`index`] | passages in tantivy; query → hits | language, corpus, matter |
//! | [`ingest`] | brings the index up to date, readers in a child process | corpus, index, language, matter, semantic, answer (whose views a passage tells) |
//! | [`answer`] | hits → excerpts, holders, verdict; the card of a matter | question, index (hits), language, corpus |
//! | [`subscription`] | who follows what: matching, rhythms, what a correction changed | answer, question, corpus, language, matter |
//! | [`bot`] | the one path for a question, conversations, matters across meetings, who may see what, what followers hear | question, index, answer, corpus, language, matter, semantic, subscription |
//! | [`store`] | what cannot be made anew: answers given, verdicts, threads, subscriptions, what was told | subscription, language |
//! | [`sources`] | documents that arrive: feeds, pages, WebDAV, what people add | config, store, clock, corpus, answer (how a source is doing) |
//! | [`gaps`] | what people asked in vain, and what they disliked | store, language |
//! | [`metrics`] | what is counted while the program runs | nothing |
//! | [`evaluate`] | scores answers against gold questions | bot, answer, question, corpus |
//! | [`render`] | what the bot replies → text, JSON and pictures; all words that users read | bot (its replies), index (entries), answer, question, language, corpus, subscription |
//! | [`platform`] | where people talk: the terminal, Discord, Matrix | metrics, bot, render, store, config, clock, answer, question, language, corpus, subscription, sources, index (what is known of a file) |
//! | [`web`] | the local web page: to ask, and to read what citations lead to | platform (what platforms share), metrics, gaps, bot, render, store, config, clock, answer, question, index (entries), language, corpus |
//! | [`app`] | puts the parts together, and runs the platforms and the web page | config, clock, gaps, bot, answer (links), store, platform, web, ingest, index, semantic, sources, corpus, subscription, language (the words that a union adds) |
//! | [`cli`] | the commands | app, and views of what comes back |
//!
//! Nothing points back up; a test reads the `use` lines and holds this table against them.
//!
//! # What always holds
//!
//! - An excerpt is `document.text` at its span, character by character. Answers choose words, they
//!   never write any.
//! - A bot knows what its audience may see and nothing else, so no path can show more
//!   ([`bot::Handle`]).
//! - tantivy is named in [`index`] only, SQL in [`store`], serenity in [`platform::discord`], matrix-sdk in
//!   [`platform::matrix`], axum in [`web`]. [`corpus`] (but its `source`), [`language`], [`question`], [`answer`], [`subscription`] and
//!   [`render`] touch
//!   no disk, network or clock.
//! - Reading never fails as a whole: a file that cannot be read is an entry with a reason.
//! - The index can be thrown away and made anew from the knowledge folder.
//! - Index and query go through the same analysis, [`language::terms`].
//!
//! # Where a new thing goes
//!
//! A format: a file in `corpus/format/`, a line in its `mod.rs`, a document in `knowledge/`. A language
//! rule: a file in `language/` and a table test. A kind of answer: an [`question::Intent`], its cues,
//! and its arm in `answer/excerpt.rs`. A command: a variant in `cli/arguments.rs`, its arm in `cli.rs`
//! and a file in `cli/`. A command in chats: a variant of [`bot::command::Command`], its arm there, its
//! card in `render/discord/` and `render/matrix/`, its definition in `platform/discord/commands.rs`, and its
//! [`bot::typed::Name`] with what it does in `render/phrases/matrix.rs`. A platform that tells followers what is
//! new: a [`platform::courier::Courier`], added to [`platform::Shared::couriers`]. A verb that tells a
//! view, or a word that tells where a matter stands: the file of its language in `language/cues/`. A
//! page: a file in `web/`, its route in `web/mod.rs`, its name in the menu of `web/layout.rs`. A sentence for users:
//! `render/phrases.rs`.
//!
//! # Words
//!
//! møte = meeting, sak = agenda item, saken over tid = matter, vedtak = decision, standpunkt = position,
//! innehaver av et standpunkt = holder. Ours: *document*, *passage* (the smallest unit that is
//! searched), *unit* (a sentence, item or row), *span* (a place in a text), *excerpt* (verbatim words
//! with their citation).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod answer;
pub mod app;
pub mod bot;
pub mod cli;
pub mod clock;
pub mod config;
pub mod corpus;
pub mod evaluate;
pub mod gaps;
pub mod index;
pub mod ingest;
pub mod language;
pub mod matter;
pub mod metrics;
pub mod platform;
pub mod question;
pub mod render;
pub mod semantic;
pub mod sources;
pub mod store;
pub mod subscription;
pub mod web;
