//! Small files that want much memory or time.

use std::time::Duration;

use super::bytes::{Part, deflated, one_page, pdf, stream, zip};
use super::damage::by_path;
use super::peak::Peak;
use crate::support::{Desk, finish};

const GIB: usize = 1 << 30;

/// An ordinary document beside the bombs.
const NEIGHBOUR: &str =
    "# Referat fra styremøtet 4. mai 2022\n\nStyret vedtok å male naustet grønt.\n";

const PAGE: &str = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>";

/// An archive whose part `name` unpacks to a GiB, and says that it is `said` bytes.
fn unpacks(name: &str, before: Vec<Part>, xml: &str, said: u32) -> Vec<u8> {
    let mut parts = before;
    parts.push(Part {
        name: name.to_owned(),
        bytes: deflated(xml, GIB),
        deflated: Some(said),
    });
    zip(&parts)
}

fn archives() -> Vec<(&'static str, Vec<u8>)> {
    let true_size = u32::try_from(GIB).unwrap();
    let word = "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>";
    let mimetype = "application/vnd.oasis.opendocument.text";
    let many = (0..60_000).map(|i| Part::stored(&format!("word/{i}.xml"), ""));
    let deep = format!("{}{}", word, "<w:sdt><w:sdtContent>".repeat(200_000));
    let nested: String = (b'b'..=b'k')
        .map(|c| {
            let (name, of) = (char::from(c), char::from(c - 1));
            format!("<!ENTITY {name} \"{}\">", format!("&{of};").repeat(16))
        })
        .collect();
    let entities = format!(
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaaaaaaaa\">{nested}]>{word}&k;</w:t></w:r></w:p></w:body></w:document>"
    );
    let document = "word/document.xml";
    vec![
        ("zip.docx", unpacks(document, vec![], word, true_size)),
        ("zip-lies.docx", unpacks(document, vec![], word, 1000)),
        (
            "zip.odt",
            unpacks(
                "content.xml",
                vec![Part::stored("mimetype", mimetype)],
                "<office:document-content><office:body><office:text><text:p>",
                true_size,
            ),
        ),
        (
            "zip.pptx",
            unpacks(
                "ppt/presentation.xml",
                vec![],
                "<p:presentation>",
                true_size,
            ),
        ),
        ("entries.docx", zip(&many.collect::<Vec<_>>())),
        ("deep.docx", zip(&[Part::stored(document, deep)])),
        ("entities.docx", zip(&[Part::stored(document, entities)])),
    ]
}

fn pdfs() -> Vec<(&'static str, Vec<u8>)> {
    let text = b"BT /F 12 Tf (a) Tj ET".as_slice();
    let zlib = [b"\x78\x01".as_slice(), &deflated("BT (", GIB), &[0; 4]].concat();
    let nested = "[".repeat(100_000);
    let object = |text: &str| text.as_bytes().to_vec();
    vec![
        (
            "stream.pdf",
            one_page(&[object(PAGE), stream("/Filter/FlateDecode", &zlib)]),
        ),
        (
            "page-tree.pdf",
            pdf(&[
                object("<</Type/Catalog/Pages 2 0 R>>"),
                object("<</Type/Pages/Kids[3 0 R 2 0 R]/Count 2>>"),
                object("<</Type/Pages/Parent 2 0 R/Kids[2 0 R 3 0 R]/Count 2>>"),
            ]),
        ),
        (
            "arrays.pdf",
            one_page(&[object(PAGE), object(&nested), stream("", nested.as_bytes())]),
        ),
        (
            "arrays-content.pdf",
            one_page(&[object(PAGE), stream("", nested.as_bytes())]),
        ),
        (
            "length.pdf",
            one_page(&[
                object(PAGE),
                [b"<</Length 4 0 R>>\nstream\n", text, b"\nendstream"].concat(),
            ]),
        ),
        ("object-streams.pdf", object_streams()),
    ]
}

/// Two object streams of which each stands in the other, under a cross-reference stream (ISO 32000
/// 7.5.7 and 7.5.8).
fn object_streams() -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for object in [
        "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>",
        "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>",
        &format!("3 0 obj\n{PAGE}"),
    ] {
        places.push(u16::try_from(file.len()).unwrap());
        file.extend(object.bytes());
        file.extend(b"\nendobj\n");
    }
    let start = file.len();
    let mut table = vec![0, 0, 0, 0];
    for place in places {
        table.push(1);
        table.extend(place.to_be_bytes());
        table.push(0);
    }
    // Objects 4 and 5 are each the first in the other.
    table.extend([2, 0, 5, 0, 2, 0, 4, 0]);
    table.push(1);
    table.extend(u16::try_from(start).unwrap().to_be_bytes());
    table.push(0);
    file.extend(b"6 0 obj\n");
    file.extend(stream("/Type/XRef/Size 7/W[1 2 1]/Root 1 0 R", &table));
    file.extend(format!("\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
    file
}

fn texts() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("deep.html", "<div>".repeat(20_000).into_bytes()),
        (
            "deep-table.html",
            "<table><tr><td>".repeat(20_000).into_bytes(),
        ),
        (
            "quotes.md",
            format!("{}a", ">".repeat(100_000)).into_bytes(),
        ),
        ("brackets.md", "[".repeat(200_000).into_bytes()),
        ("lists.md", "- ".repeat(100_000).into_bytes()),
    ]
}

#[test]
fn bombs_are_defused_in_bounded_memory_and_time() {
    let desk = Desk::new();
    let mut bombs = [archives(), pdfs(), texts()].concat();
    if std::env::var_os("REFERENT_DAMAGED").is_some() {
        bombs.push(("lines.txt", b"a\n\n".repeat(300_000)));
        bombs.push(("deepest.html", "<div>".repeat(200_000).into_bytes()));
        bombs.push((
            "long.txt",
            b"En setning med et par ord til. ".repeat(9_000_000 / 31),
        ));
        bombs.push(("dots.txt", b".".repeat(3_000_000)));
        bombs.push((
            "called.txt",
            b"ord til laget kalt ABC ".repeat(3_000_000 / 23),
        ));
        bombs.push((
            "line.txt",
            b"ett ord etter et annet ".repeat(50_000_000 / 23),
        ));
    }
    desk.write("a/naust.md", NEIGHBOUR);
    desk.write("z/naust.md", NEIGHBOUR);
    for (name, bytes) in &bombs {
        desk.write(&format!("m/{name}"), bytes);
    }
    let mut peak = Peak::default();
    let patience = Duration::from_secs(300);
    let run = finish(desk.command(&["index", "--json"]), patience, |id| {
        peak.glance(id);
    });
    let skipped = by_path(&run.json()["skipped"], "reason");
    let listed = by_path(&desk.json(&["documents"]), "title");
    println!(
        "{} bombs in {:.1} s, peak memory of a process {} MiB",
        bombs.len(),
        run.took.as_secs_f64(),
        peak.kib >> 10
    );
    for path in ["a/naust.md", "z/naust.md"] {
        assert!(listed.contains_key(path), "{path} is not indexed");
    }
    for (name, _) in &bombs {
        let path = format!("m/{name}");
        println!("  {name}: {:?}", skipped.get(&path));
        assert!(
            listed.contains_key(&path) || skipped.get(&path).is_some_and(|why| !why.is_empty()),
            "{path} is nowhere"
        );
    }
    peak.check();
}
