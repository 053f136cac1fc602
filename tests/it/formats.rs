//! What the readers make of documents of every format, through the program.
//!
//! The first part states facts of the documents in `knowledge/`, found by reading them with other
//! programs (pdftotext, python-docx, python-pptx, a text editor). The second part takes any folder of
//! documents whose right content is known, named by environment variables:
//!
//! - `REFERENT_FORMATS`: documents and one JSON file that says what they hold, `{"FILE.pdf":
//!   {"blocks": [{"kind", "page", "text"}], "header"}, "FILE.pptx": {"slides": [["text"]]}}`, with the
//!   kinds h0 … h4, p, li, tr and toc. Files without an entry of their own are held against the
//!   entry whose name begins with the same letters up to the first "_". A name that begins with
//!   "kant_" (edge) says which reason to expect.
//! - `REFERENT_GOLD`: questions, one JSON object a line, with the quotes that answer them as `evidence`.

mod facts;
mod truth;
