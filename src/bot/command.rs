//! What can be asked of the bot on any platform, and what comes back: data, not text.

use std::collections::HashMap;

use super::Bot;
use super::ask::Conversation;
use super::names::complete;
use crate::answer::card::{Freshness, Positions, Searched, Status};
use crate::answer::{Answer, Excerpt, Source};
use crate::corpus::passage::units;
use crate::corpus::{Date, Document, DocumentId, Span};
use crate::language::{Language, detect};
use crate::question::restriction::{Filter, Key, Refusal};
use crate::subscription::{Rhythm, What};

/// What somebody wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// An answer to a question, from what the filter leaves.
    Ask(String, Filter),
    /// Where a matter stands.
    Status(String),
    /// Who holds which position on a topic; only this holder where one is named.
    Positions(String, Option<String>),
    /// What was indexed last.
    Latest,
    /// The facts of a document, by its id or a part of its title.
    Document(String),
    /// Where documents come from by themselves, and how that goes.
    Sources,
}

impl Command {
    /// What it is called where it is kept, with what it asks and what that is restricted to; nothing for
    /// what asks nothing.
    pub fn parts(&self) -> Option<(&'static str, &str, Filter)> {
        Some(match self {
            Command::Ask(question, filter) => ("ask", question, filter.clone()),
            Command::Status(topic) => ("status", topic, Filter::default()),
            Command::Positions(topic, holder) => {
                let filter = Filter {
                    holders: holder.iter().cloned().collect(),
                    ..Filter::default()
                };
                ("positions", topic, filter)
            }
            Command::Latest | Command::Document(_) | Command::Sources => return None,
        })
    }

    /// The command with these parts.
    pub fn of(name: &str, asked: String, filter: Filter) -> Option<Command> {
        Some(match name {
            "ask" => Command::Ask(asked, filter),
            "status" => Command::Status(asked),
            "positions" => Command::Positions(asked, filter.holders.into_iter().next()),
            _ => return None,
        })
    }
}

/// What somebody wants to do with what they follow.
#[derive(Debug, Clone, PartialEq)]
pub enum Following {
    /// To see what following this would have told, before it is confirmed.
    Try(What, Rhythm),
    /// To follow what was shown.
    Confirm(i64),
    /// Not to follow it.
    Drop(i64),
    /// To see what is followed here.
    List,
    /// To see one subscription, and what can be done with it.
    Show(i64),
    /// To hear nothing of it for now.
    Pause(i64),
    /// To hear of it again.
    Resume(i64),
    /// To hear of it at other times.
    Change(i64, Rhythm),
    /// Not to follow it any more.
    Unfollow(i64),
}

/// What comes back.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer, or why there is none and what was searched.
    Answer(Answer, Searched),
    /// Where a matter stands.
    Status(Box<Status>),
    /// Who holds which position, and what was searched.
    Positions(Positions, Searched),
    /// What was indexed last, the newest first.
    Latest(Vec<Recent>, Searched),
    /// A document.
    Document(Facts),
    /// No document is called so.
    NoDocument(String, Searched),
    /// A restriction that cannot be kept, in the language of the question.
    Refused(Refusal, Language),
    /// How the sources are doing, and how many documents there are.
    Sources(Vec<Freshness>, Searched),
}

impl Reply {
    /// The excerpts that it shows, each once.
    pub fn excerpts(&self) -> Vec<&Excerpt> {
        let mut excerpts: Vec<&Excerpt> = match self {
            Reply::Answer(answer, _) => answer.excerpts.iter().collect(),
            Reply::Status(status) => {
                let next = status.next.iter().map(|next| &next.excerpt);
                let of_meetings = status.timeline.iter().flat_map(|meeting| {
                    let all = meeting.summary.iter().chain(&meeting.decisions);
                    all.chain(&meeting.positions)
                });
                let all = status.summary.iter().chain(next).chain(of_meetings);
                all.chain(&status.mentions).collect()
            }
            Reply::Positions(positions, _) => {
                let holders = positions.holders.iter();
                holders.flat_map(|of| &of.positions).collect()
            }
            _ => Vec::new(),
        };
        let mut seen = std::collections::HashSet::new();
        excerpts.retain(|shown| seen.insert((shown.document.id.as_str(), shown.start, shown.end)));
        excerpts
    }
}

/// A document and when it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Recent {
    /// The document.
    pub source: Source,
    /// When it was first seen as it is, in seconds since 1970.
    pub since: Option<i64>,
    /// Where the public reads it, or the file.
    pub link: String,
}

/// What is known of a document as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The document.
    pub source: Source,
    /// How many pages it has, where it has pages.
    pub pages: Option<u32>,
    /// Its agenda items, or else its headings of the highest level, each with its number.
    pub items: Vec<(Option<String>, String)>,
    /// Where the public reads it, or the file.
    pub link: String,
}

/// When documents were first seen as they are, in seconds since 1970.
pub type Seen = HashMap<DocumentId, i64>;

/// So many documents are the latest.
const LATEST: usize = 10;
/// So many characters are shown round an excerpt, at most, its own among them.
const AROUND: usize = 1500;

impl Bot {
    /// Does what somebody wants. A question is the next of `conversation`.
    pub fn reply(
        &self,
        command: &Command,
        conversation: &mut Conversation,
        seen: &Seen,
        today: Date,
    ) -> anyhow::Result<Reply> {
        Ok(match command {
            Command::Ask(question, filter) => {
                let answer = self.ask_within_in(question, filter, conversation)?;
                Reply::Answer(answer, self.searched())
            }
            Command::Status(topic) => {
                let status = self.status(topic, None, today)?;
                let question = self.question(topic, &Filter::default());
                conversation.remember(&question, &status.summary);
                Reply::Status(Box::new(status))
            }
            Command::Positions(topic, holder) => {
                let mut filter = Filter::default();
                let added = holder
                    .iter()
                    .try_for_each(|holder| filter.add(Key::Holder, holder));
                match added.and_then(|()| self.check(&filter)) {
                    Ok(()) => {
                        let positions = self.positions(topic, &filter)?;
                        let question = self.question(topic, &Filter::default());
                        let mut all = positions.holders.iter().flat_map(|of| &of.positions);
                        conversation.remember(&question, all.next());
                        Reply::Positions(positions, self.searched())
                    }
                    Err(refusal) => Reply::Refused(refusal, detect(topic)),
                }
            }
            Command::Latest => Reply::Latest(self.latest(seen, LATEST), self.searched()),
            Command::Document(name) => match self.facts(name)? {
                Some(facts) => Reply::Document(facts),
                None => Reply::NoDocument(name.clone(), self.searched()),
            },
            // Whoever knows how they are doing puts it in.
            Command::Sources => Reply::Sources(Vec::new(), self.searched()),
        })
    }

    /// The documents that were indexed last, at most so many.
    pub fn latest(&self, seen: &Seen, most: usize) -> Vec<Recent> {
        // A stable sort: what came at the same time stays in the order of its dates.
        let mut entries = self.newest_first();
        entries.sort_by_key(|entry| std::cmp::Reverse(seen.get(&entry.id)));
        let recent = |entry: &crate::index::Entry| {
            let metadata = entry.metadata()?;
            let source = Source::new(&entry.id, metadata, &entry.path, &entry.collection);
            let url = metadata.url.as_deref();
            Some(Recent {
                since: seen.get(&entry.id).copied(),
                link: self.links.to(url, &source, None, 0, ""),
                source,
            })
        };
        entries.into_iter().filter_map(recent).take(most).collect()
    }

    fn facts(&self, name: &str) -> anyhow::Result<Option<Facts>> {
        let documents = &self.names().documents;
        let by_id = documents.iter().find(|(id, _)| id == name);
        let by_title = || {
            complete(documents, |(_, title)| title, name, 1)
                .into_iter()
                .next()
        };
        match by_id.or_else(by_title) {
            Some((id, _)) => self.facts_of(&DocumentId::from(id.as_str())),
            None => Ok(None),
        }
    }

    /// The facts of the document with this id.
    pub(super) fn facts_of(&self, id: &DocumentId) -> anyhow::Result<Option<Facts>> {
        let Some(document) = self.index.document(id)? else {
            return Ok(None);
        };
        let agenda = document
            .sections
            .iter()
            .filter(|section| section.agenda_item);
        let headings = document
            .sections
            .iter()
            .filter(|section| section.level == 1);
        let item =
            |section: &crate::corpus::Section| (section.number.clone(), section.heading.clone());
        let mut items: Vec<_> = agenda.map(item).collect();
        if items.is_empty() {
            items = headings.map(item).collect();
        }
        items.retain(|(_, heading)| !heading.is_empty());
        let pages = document.blocks.iter().filter_map(|block| block.page).max();
        let url = document.metadata.url.as_deref();
        let source = Source::new(
            &document.id,
            &document.metadata,
            &document.path,
            &document.collection,
        );
        Ok(Some(Facts {
            pages,
            items,
            link: self.links.to(url, &source, None, 0, ""),
            source,
        }))
    }

    /// Those of `excerpts`, shown some time ago, that still stand where they stood.
    pub fn standing(&self, excerpts: Vec<Excerpt>) -> anyhow::Result<Vec<Excerpt>> {
        let mut standing = Vec::with_capacity(excerpts.len());
        for mut excerpt in excerpts {
            if self.place_of_excerpt(&excerpt)?.is_none() {
                continue;
            }
            let mut also = Vec::new();
            for place in std::mem::take(&mut excerpt.also) {
                // Where else the words stand is told only of what can be seen.
                if self
                    .ready(&DocumentId::from(place.document.id.as_str()))?
                    .is_some()
                {
                    also.push(place);
                }
            }
            excerpt.also = also;
            standing.push(excerpt);
        }
        Ok(standing)
    }

    /// The passages that fit a question best beside what was shown already.
    pub fn beyond(
        &self,
        question: &str,
        filter: &Filter,
        shown: &[Excerpt],
        limit: usize,
    ) -> anyhow::Result<Vec<Excerpt>> {
        // What has less than this share of the best score shares hardly a word with the question.
        const WORTH: f32 = 1.0 / 3.0;
        let mut found = match self.search_within(question, filter, limit + 2 * shown.len()) {
            Err(error) if error.is::<Refusal>() => Vec::new(),
            found => found?,
        };
        let least = found.first().map_or(0.0, |best| best.score * WORTH);
        found.retain(|hit| {
            hit.score >= least
                && !shown.iter().any(|shown| {
                    shown.document.id == hit.document.id
                        && shown.start < hit.end
                        && hit.start < shown.end
                })
        });
        found.truncate(limit);
        Ok(found)
    }

    /// An excerpt with what stands before and after it under the same heading.
    pub fn around(&self, excerpt: &Excerpt) -> anyhow::Result<Option<Excerpt>> {
        let Some((document, own)) = self.place_of_excerpt(excerpt)? else {
            return Ok(None);
        };
        let section = document.section_at(own.start);
        let units: Vec<Span> = units(&document)
            .into_iter()
            .map(|unit| unit.span)
            .filter(|span| document.section_at(span.start) == section)
            .collect();
        let first = units.iter().position(|unit| unit.overlaps(own));
        let last = units.iter().rposition(|unit| unit.overlaps(own));
        let (Some(mut first), Some(mut last)) = (first, last) else {
            return Ok(None);
        };
        let mut span = own.cover(units[first]).cover(units[last]);
        let fits = |span: Span| document.slice(span).chars().count() <= AROUND;
        loop {
            let before = first.checked_sub(1).map(|i| (i, span.cover(units[i])));
            let before = before.filter(|(_, span)| fits(*span));
            if let Some((i, wider)) = before {
                (first, span) = (i, wider);
            }
            let after = units
                .get(last + 1)
                .map(|unit| (last + 1, span.cover(*unit)));
            let after = after.filter(|(_, span)| fits(*span));
            if let Some((i, wider)) = after {
                (last, span) = (i, wider);
            }
            if before.is_none() && after.is_none() {
                break;
            }
        }
        let wider = Excerpt::new(&document, span, &[own], excerpt.score, &self.links);
        Ok(Some(Excerpt {
            holder: excerpt.holder.clone(),
            stance: excerpt.stance,
            ..wider
        }))
    }

    /// The document of an excerpt and where in it the words stand, if they still do.
    fn place_of_excerpt(&self, excerpt: &Excerpt) -> anyhow::Result<Option<(Document, Span)>> {
        let id = DocumentId::from(excerpt.document.id.as_str());
        let Some(document) = self.index.document(&id)? else {
            return Ok(None);
        };
        let mut places = document.text.char_indices().map(|(at, _)| at);
        let Some(start) = places.nth(excerpt.start) else {
            return Ok(None);
        };
        let stands = document.text[start..].starts_with(&excerpt.text);
        let span = Span::new(start, start + excerpt.text.len());
        Ok(stands.then_some((document, span)))
    }
}
