use super::super::testing::archive;
use super::*;

fn document(body: &str) -> String {
    format!(
        r#"<w:document xmlns:w="w" xmlns:r="r" xmlns:mc="mc"><w:body>{body}</w:body></w:document>"#
    )
}

fn read_body(body: &str) -> Extracted {
    read(&archive(&[("word/document.xml", &document(body))])).unwrap()
}

fn texts(extracted: &Extracted) -> Vec<(BlockKind, &str)> {
    extracted
        .blocks
        .iter()
        .map(|block| (block.kind, block.text.as_str()))
        .collect()
}
