use super::super::testing::archive;
use super::*;
use BlockKind::{Heading, ListItem, Paragraph as Text, TableRow};

fn shape(placeholder: &str, paragraphs: &str) -> String {
    format!(
        "<p:sp><p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>"
    )
}

fn line(properties: &str, text: &str) -> String {
    format!("<a:p>{properties}<a:r><a:t>{text}</a:t></a:r></a:p>")
}

fn relation(id: &str, kind: &str, target: &str) -> String {
    format!(
        r#"<Relationships><Relationship Id="{id}" Type="http://x/{kind}" Target="{target}"/></Relationships>"#
    )
}

#[test]
fn slides_are_read_in_the_order_of_the_presentation() {
    let presentation = r#"<p:presentation xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="rId9"/><p:sldId id="257" r:id="rId2"/>
        </p:sldIdLst></p:presentation>"#;
    let relations = r#"<Relationships><Relationship Id="rId2" Type="http://x/slide" Target="slides/slide1.xml"/>
        <Relationship Id="rId9" Type="http://x/slide" Target="/ppt/slides/slide2.xml"/></Relationships>"#;
    let first = shape(
        r#"<p:ph type="body" idx="1"/>"#,
        &[
            line("", "Lønn"),
            line("<a:pPr><a:buNone/></a:pPr>", "Vedtak"),
        ]
        .concat(),
    );
    let first = [
        first.as_str(),
        &shape(r#"<p:ph type="title"/>"#, &line("", "Krav")),
        &shape(r#"<p:ph type="sldNum"/>"#, &line("", "1")),
        "<p:grpSp>",
        &shape(
            "",
            &line(
                r#"<a:pPr><a:buAutoNum type="alphaLcParenR" startAt="2"/></a:pPr>"#,
                "Først",
            ),
        ),
        "</p:grpSp><p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody>",
        &line("", "Navn"),
        "</a:txBody></a:tc><a:tc><a:txBody>",
        &line("", "Frist"),
        "</a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>",
    ]
    .concat();
    let notes = [
        shape(r#"<p:ph type="body"/>"#, &line("", "Si takk")),
        shape(r#"<p:ph type="sldNum"/>"#, &line("", "1")),
    ]
    .concat();
    let wrap = |inner: &str| format!("<p:sld>{inner}</p:sld>");
    let extracted = read(&archive(&[
        ("ppt/presentation.xml", presentation),
        ("ppt/_rels/presentation.xml.rels", relations),
        ("ppt/slides/slide2.xml", &wrap(&first)),
        (
            "ppt/slides/_rels/slide2.xml.rels",
            &relation("rId1", "notesSlide", "../notesSlides/notesSlide1.xml"),
        ),
        ("ppt/notesSlides/notesSlide1.xml", &wrap(&notes)),
        (
            "ppt/slides/slide1.xml",
            &wrap(&shape(r#"<p:ph type="ctrTitle"/>"#, &line("", "Slutt"))),
        ),
    ]))
    .unwrap();
    let blocks: Vec<_> = extracted
        .blocks
        .iter()
        .map(|block| (block.kind, block.text.as_str(), block.page))
        .collect();
    assert_eq!(
        blocks,
        [
            (Heading(1), "Krav", Some(1)),
            (ListItem, "Lønn", Some(1)),
            (Text, "Vedtak", Some(1)),
            (ListItem, "b) Først", Some(1)),
            (TableRow, "Navn | Frist", Some(1)),
            (Text, "Si takk", Some(1)),
            (Heading(1), "Slutt", Some(2)),
        ]
    );
}
