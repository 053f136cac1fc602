//! Office documents: zip archives of XML.
pub mod docx;
pub mod opendocument;
pub mod pptx;
