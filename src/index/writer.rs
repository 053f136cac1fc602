//! Changes to the index: put a document, skip a file, remove what is gone, commit.

use anyhow::Context;
use sha2::{Digest, Sha256};
use tantivy::index::SegmentId;
use tantivy::{IndexWriter, SegmentMeta, TantivyDocument, Term};

use super::Entry;
use super::schema::{ENTRY, Fields, PASSAGE};
use crate::corpus::passage::{Passage, Quotation};
use crate::corpus::{Document, DocumentId};
use crate::matter::Item;

/// Memory for records that are not yet on the disk.
const BUFFER_BYTES: usize = 60_000_000;

/// Another process is changing the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the index is being changed by another `referent`: wait until it is done")]
pub struct Busy;

/// An open change to the index. What is not committed is gone when it is dropped.
pub struct Writer {
    inner: IndexWriter,
    fields: Fields,
    /// How many records it has written.
    written: usize,
}

impl Writer {
    pub(super) fn new(index: &tantivy::Index, fields: Fields) -> anyhow::Result<Writer> {
        let inner = open(index).map_err(|error| match error {
            tantivy::TantivyError::LockFailure(..) => anyhow::Error::new(Busy),
            other => other.into(),
        })?;
        // What a run that was killed has left would be in the way of files of the same name.
        inner.garbage_collect_files().wait()?;
        Ok(Writer {
            inner,
            fields,
            written: 0,
        })
    }

    /// Puts a document in place of what the index has under its id, its passages with the names of
    /// those whose views they tell, and its agenda items.
    pub fn put(
        &mut self,
        entry: &Entry,
        document: &Document,
        passages: &[(Passage, Vec<String>)],
        items: &[Item],
    ) -> anyhow::Result<()> {
        self.remove(&entry.id);
        // Passages come in order, so characters are counted from each to the next.
        let (mut counted, mut first) = (0, 0);
        for (passage, holders) in passages {
            first += document.text[counted..passage.span.start].chars().count();
            counted = passage.span.start;
            let text = searched_text(document, passage);
            let mut record = TantivyDocument::default();
            record.add_text(self.fields.record, PASSAGE);
            record.add_text(self.fields.owner, entry.id.as_str());
            record.add_text(self.fields.terms, &text);
            record.add_text(self.fields.grams, &text);
            let quotation = Quotation::new(document, passage.span, first);
            record.add_text(self.fields.quotation, serde_json::to_string(&quotation)?);
            for holder in holders {
                record.add_text(self.fields.holder, holder);
            }
            record.add_u64(self.fields.key, key(&text));
            let place = [
                passage.ordinal,
                passage.span.start,
                passage.span.end,
                passage.section,
            ];
            for (field, number) in self.fields.place.into_iter().zip(place) {
                record.add_u64(field, number as u64);
            }
            self.inner.add_document(record)?;
        }
        self.written += passages.len();
        let mut record = self.entry(entry)?;
        record.add_text(self.fields.document, serde_json::to_string(document)?);
        record.add_text(self.fields.items, serde_json::to_string(items)?);
        record.add_text(
            self.fields.document_terms,
            format!("{}\n{}", document.metadata.title, document.text),
        );
        self.inner.add_document(record)?;
        Ok(())
    }

    /// Notes a file that could not be read, in place of what the index has under its id.
    pub fn skip(&mut self, entry: &Entry) -> anyhow::Result<()> {
        self.remove(&entry.id);
        let record = self.entry(entry)?;
        self.inner.add_document(record)?;
        Ok(())
    }

    /// Removes what the index has under `id`.
    pub fn remove(&mut self, id: &DocumentId) {
        self.inner
            .delete_term(Term::from_field_text(self.fields.owner, id.as_str()));
    }

    /// Makes all changes so far visible and lasting, at once.
    pub fn commit(&mut self) -> anyhow::Result<()> {
        self.inner
            .commit()
            .context("the index cannot be written: is the disk full?")?;
        Ok(())
    }

    /// Waits for the index to tidy its files: into one, where most of it is new.
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.commit()?;
        let index = self.inner.index().clone();
        self.inner.wait_merging_threads()?;
        let segments = index.searchable_segment_metas()?;
        let records: usize = segments.iter().map(|meta| meta.num_docs() as usize).sum();
        if segments.len() > 1 && 2 * self.written >= records {
            let segments: Vec<_> = segments.iter().map(SegmentMeta::id).collect();
            if let Err(error) = merge(&index, &segments) {
                // Everything is there and can be found, only not as fast.
                tracing::warn!("the index stays in {} parts: {error}", segments.len());
            }
        }
        Ok(())
    }

    fn entry(&self, entry: &Entry) -> anyhow::Result<TantivyDocument> {
        let mut record = TantivyDocument::default();
        record.add_text(self.fields.record, ENTRY);
        record.add_text(self.fields.owner, entry.id.as_str());
        record.add_text(self.fields.entry_id, entry.id.as_str());
        record.add_text(self.fields.entry, serde_json::to_string(entry)?);
        Ok(record)
    }
}

fn open(index: &tantivy::Index) -> tantivy::Result<IndexWriter> {
    // One thread: reading files takes the time, and the order of records stays the same.
    index.writer_with_num_threads(1, BUFFER_BYTES)
}

/// Makes one segment of all: every word of a question is looked up in each.
fn merge(index: &tantivy::Index, segments: &[SegmentId]) -> tantivy::Result<()> {
    let mut writer = open(index)?;
    writer.merge(segments).wait()?;
    writer.wait_merging_threads()
}

/// A passage with the headings over it, which often hold the very word that the passage is about
/// and never says.
pub(super) fn searched_text(document: &Document, passage: &Passage) -> String {
    let mut text = document.heading_path(passage.section).join("\n");
    text.push('\n');
    text.push_str(document.slice(passage.span));
    text
}

/// What tells a text from others, on every machine alike.
fn key(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest[..8]
        .iter()
        .fold(0, |key, byte| key << 8 | u64::from(*byte))
}
