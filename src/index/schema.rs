//! Every field of the index, and its version.

use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

use super::tokenizer::{GRAMS, TERMS};

/// Counts up whenever fields, analysis, passages or what is stored change: the index is then made anew.
pub const VERSION: u32 = 23;

/// The value of [`Fields::record`] for a passage.
pub const PASSAGE: &str = "passage";
/// The value of [`Fields::record`] for a file's entry.
pub const ENTRY: &str = "entry";

/// The name of the column [`Fields::owner`].
pub const OWNER: &str = "owner";
/// The names of the columns [`Fields::place`].
pub const PLACE: [&str; 4] = ["ordinal", "start", "end", "section"];

/// The name of the column [`Fields::key`].
pub const KEY: &str = "key";

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// What a record is: [`PASSAGE`] or [`ENTRY`].
    pub record: Field,
    /// The id of the document that a record belongs to: what deletion goes by.
    pub owner: Field,
    /// The id of an entry's document.
    pub entry_id: Field,
    /// An entry as JSON.
    pub entry: Field,
    /// An entry's document as JSON.
    pub document: Field,
    /// The agenda items of an entry's document as JSON.
    pub items: Field,
    /// A passage's place in its document, in columns, so that ranking need not unpack records:
    /// number, first byte, first byte after it, section.
    pub place: [Field; 4],
    /// A passage's words and what citing them takes, as JSON.
    pub quotation: Field,
    /// What tells a passage's text, with the headings over it, from other texts, in a column.
    pub key: Field,
    /// The terms of a passage and of the headings over it.
    pub terms: Field,
    /// The character 4-grams of the same.
    pub grams: Field,
    /// The names of those whose views a passage tells.
    pub holder: Field,
    /// The terms of a whole document, on its entry.
    pub document_terms: Field,
}

/// The schema and its fields.
pub fn schema() -> (Schema, Fields) {
    let indexed = |tokenizer: &str, option| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_index_option(option),
        )
    };
    let mut schema = Schema::builder();
    let fields = Fields {
        record: schema.add_text_field("record", STRING),
        owner: schema.add_text_field(OWNER, STRING | FAST),
        entry_id: schema.add_text_field("entry_id", STRING),
        entry: schema.add_text_field("entry", STORED),
        document: schema.add_text_field("document", STORED),
        items: schema.add_text_field("items", STORED),
        place: PLACE.map(|name| schema.add_u64_field(name, FAST)),
        quotation: schema.add_text_field("quotation", STORED),
        key: schema.add_u64_field(KEY, FAST),
        terms: schema.add_text_field(
            "terms",
            indexed(TERMS, IndexRecordOption::WithFreqsAndPositions),
        ),
        grams: schema.add_text_field("grams", indexed(GRAMS, IndexRecordOption::WithFreqs)),
        holder: schema.add_text_field("holder", STRING),
        document_terms: schema.add_text_field(
            "document_terms",
            indexed(TERMS, IndexRecordOption::WithFreqs),
        ),
    };
    (schema.build(), fields)
}
