//! Office files: Word, OpenDocument and PowerPoint, read with the same tools.
//!
//! All of them are zip archives of XML. Each reader walks once through its parts in reading order,
//! keeping its place on a stack of its own, so that neither depth nor size of a file can bring it
//! down; what is damaged is left out and named in [`super::Extracted::problems`].

pub mod docx;
pub mod opendocument;
mod package;
pub mod pptx;
mod properties;
mod xml;

#[cfg(test)]
mod testing;
