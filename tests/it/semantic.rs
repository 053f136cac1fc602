//! Search by meaning: a tiny model that the tests make themselves shows that the parts work together;
//! with `REFERENT_MODEL`, the folder of a real model, what they find is looked at too.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Instant;

use referent::semantic::{Model, fetch};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Desk, path_from_environment};

const HIDDEN: usize = 32;
const INNER: usize = 64;

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn numbers(&mut self, count: usize, spread: f32) -> Vec<f32> {
        let mut next = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % 20_001) as f32 / 10_000.0 - 1.0
        };
        (0..count).map(|_| next() * spread).collect()
    }
}

/// The three files of a model with two layers, whose words are letters and some endings.
fn tiny_model(prefix: &str) -> [Vec<u8>; 3] {
    let mut pieces = vec![("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)];
    let letters: Vec<String> = ('a'..='z')
        .chain("æøå▁?.:".chars())
        .map(String::from)
        .collect();
    pieces.extend(letters.iter().map(|letter| (letter.as_str(), -6.0)));
    pieces.extend([
        ("▁tak", -7.5),
        ("et", -6.5),
        ("▁sykkel", -9.0),
        ("er", -6.4),
        ("en", -6.3),
    ]);
    let added: Vec<Value> = pieces[..4]
        .iter()
        .enumerate()
        .map(|(id, (content, _))| json!({"id": id, "content": content, "normalized": false}))
        .collect();
    let tokenizer = json!({
        "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Nmt"}, {"type": "NFKC"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace"}]},
        "post_processor": {"type": "TemplateProcessing", "single": [
            {"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "</s>"}}]},
        "model": {"type": "Unigram", "unk_id": 3, "vocab": pieces},
    });
    let config = json!({
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": HIDDEN, "num_hidden_layers": 2,
        "num_attention_heads": 4, "intermediate_size": INNER, "max_position_embeddings": 64,
        "type_vocab_size": 2, "vocab_size": pieces.len(), "layer_norm_eps": 1e-12,
    });
    let mut shapes = vec![
        (
            "embeddings.word_embeddings.weight".to_owned(),
            vec![pieces.len(), HIDDEN],
        ),
        (
            "embeddings.position_embeddings.weight".to_owned(),
            vec![64, HIDDEN],
        ),
        (
            "embeddings.token_type_embeddings.weight".to_owned(),
            vec![2, HIDDEN],
        ),
        ("embeddings.LayerNorm.weight".to_owned(), vec![HIDDEN]),
        ("embeddings.LayerNorm.bias".to_owned(), vec![HIDDEN]),
    ];
    for layer in 0..2 {
        for (name, rows, columns) in [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", INNER, HIDDEN),
            ("output.dense", HIDDEN, INNER),
        ] {
            let name = format!("encoder.layer.{layer}.{name}");
            shapes.push((format!("{name}.weight"), vec![rows, columns]));
            shapes.push((format!("{name}.bias"), vec![rows]));
        }
        for name in ["attention.output.LayerNorm", "output.LayerNorm"] {
            let name = format!("encoder.layer.{layer}.{name}");
            shapes.push((format!("{name}.weight"), vec![HIDDEN]));
            shapes.push((format!("{name}.bias"), vec![HIDDEN]));
        }
    }
    let mut random = Random(7);
    let (mut header, mut data) = (serde_json::Map::new(), Vec::<u8>::new());
    for (name, shape) in shapes {
        let count = shape.iter().product();
        let mut numbers = random.numbers(count, if shape.len() == 2 { 0.4 } else { 0.1 });
        if name.ends_with("LayerNorm.weight") {
            numbers.iter_mut().for_each(|x| *x += 1.0);
        }
        let start = data.len();
        data.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
        header.insert(
            format!("{prefix}{name}"),
            json!({"dtype": "F32", "shape": shape, "data_offsets": [start, data.len()]}),
        );
    }
    let header = Value::Object(header).to_string().into_bytes();
    let mut weights = (header.len() as u64).to_le_bytes().to_vec();
    weights.extend(header);
    weights.extend(data);
    [
        config.to_string().into(),
        tokenizer.to_string().into(),
        weights,
    ]
}

fn write_model(folder: &Path, prefix: &str) {
    std::fs::create_dir_all(folder).unwrap();
    for (name, bytes) in ["config.json", "tokenizer.json", "model.safetensors"]
        .iter()
        .zip(tiny_model(prefix))
    {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn a_text_means_the_same_alone_and_among_others_and_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, prefixed) = (folder.path().join("a"), folder.path().join("b"));
    write_model(&plain, "");
    write_model(&prefixed, "0.auto_model.");
    let cache = folder.path().join("cache");
    let texts: Vec<String> = [
        "taket over syklene",
        "",
        "et møte om 😀 noe helt annet",
        "a",
    ]
    .map(|text| text.repeat(7))
    .into();
    let together = Model::open(&plain, &cache)
        .unwrap()
        .passages(&texts)
        .unwrap();
    let again = Model::open(&plain, &cache).unwrap();
    let other = Model::open(&prefixed, &cache).unwrap();
    assert_ne!(again.fingerprint(), other.fingerprint());
    for (text, meaning) in texts.iter().zip(&together) {
        assert!((cosine(meaning, meaning) - 1.0).abs() < 1e-5);
        for model in [&again, &other] {
            let alone = model.passages(std::slice::from_ref(text)).unwrap();
            assert!(cosine(&alone[0], meaning) > 0.99999, "{text}");
        }
    }
    assert!(cosine(&together[0], &together[2]) < 0.999);
    // What was prepared is made anew if it is damaged.
    for file in std::fs::read_dir(&cache).unwrap().flatten() {
        let mut bytes = std::fs::read(file.path()).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(file.path(), bytes).unwrap();
    }
    let mended = Model::open(&plain, &cache)
        .unwrap()
        .passages(&texts)
        .unwrap();
    assert_eq!(mended, together);
}

#[test]
fn what_is_wrong_with_a_model_is_said_with_the_file_and_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let error = || format!("{:#}", Model::open(path, path).err().unwrap());
    assert!(error().contains("lacks config.json and tokenizer.json and model.safetensors"));
    write_model(path, "");
    let weights = path.join("model.safetensors");
    let whole = std::fs::read(&weights).unwrap();
    for length in [0, 5, 100, whole.len() - 1] {
        std::fs::write(&weights, &whole[..length]).unwrap();
        let error = error();
        assert!(
            error.contains("model.safetensors") && error.contains("model fetch"),
            "{error}"
        );
    }
    std::fs::write(&weights, &whole).unwrap();
    std::fs::write(path.join("tokenizer.json"), "{}").unwrap();
    assert!(error().contains("tokenizer.json"));
    std::fs::write(path.join("config.json"), "{\"model_type\": \"gpt2\"}").unwrap();
    assert!(error().contains("config.json"));
}

/// A desk with two documents and a tiny model that is configured.
fn desk() -> Desk {
    let desk = Desk::new();
    for (name, text) in [
        (
            "tak.md",
            "# Styremøte 2. mai 2024\n\n## Tak\n\nStyret vedtok å bygge tak over syklene ved Havnegata.\n",
        ),
        (
            "lys.md",
            "# Styremøte 3. juni 2024\n\n## Lys\n\nStyret vedtok å kjøpe nye lamper til gangen.\n",
        ),
    ] {
        desk.write(name, text);
    }
    let model = desk.root().join("model");
    write_model(&model, "");
    let config = format!("[semantic]\nmodel = {:?}\n", model.to_str().unwrap());
    std::fs::write(desk.root().join("config.toml"), config).unwrap();
    desk
}

fn run(desk: &Desk, arguments: &[&str]) -> (String, String) {
    let mut command = desk.command(arguments);
    let output = command.current_dir(desk.root()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert!(output.status.success(), "{output:?}");
    (text(output.stdout), text(output.stderr))
}

#[test]
fn passages_are_embedded_once_and_questions_do_not_wait_for_it() {
    let desk = desk();
    let (found, said) = run(&desk, &["search", "--json", "lamper"]);
    assert!(said.contains("0 of 2 passages are ready"), "{said}");
    assert!(found.contains("nye lamper"));
    let (_, said) = run(&desk, &["index"]);
    assert!(
        said.contains("2 passages can be searched by meaning"),
        "{said}"
    );
    let meanings = || {
        let files = std::fs::read_dir(desk.data()).unwrap().flatten();
        let file = files
            .map(|file| file.path())
            .find(|path| {
                let name = path.file_name().unwrap().to_string_lossy();
                name.starts_with("meanings-") && path.extension().is_none()
            })
            .unwrap();
        std::fs::read(file).unwrap()
    };
    let before = meanings();
    let (found, said) = run(&desk, &["search", "--json", "xyzzy"]);
    assert_eq!(said, "");
    // No word of it stands anywhere: what comes is found by meaning alone.
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["hits"].as_array().unwrap().len(), 2);
    desk.write(
        "sak.md",
        "# Styremøte 4. juli 2024\n\n## Ferie\n\nKontoret er stengt i juli.\n",
    );
    let (_, said) = run(&desk, &["index"]);
    assert!(said.contains("3 passages"), "{said}");
    assert!(
        meanings().starts_with(&before),
        "rows that were there are written once"
    );
}

#[test]
fn a_missing_model_is_told_and_words_still_find() {
    let desk = desk();
    std::fs::remove_file(desk.root().join("model/config.json")).unwrap();
    let (found, said) = run(&desk, &["search", "--json", "lamper"]);
    assert!(
        found.contains("nye lamper") && said.contains("lacks config.json"),
        "{said}"
    );
    let (report, _) = run(&desk, &["doctor"]);
    assert!(report.contains("[semantic] model"), "{report}");
}

/// A model hub on this machine that has `owner/tiny`, and cuts the first answer that is longer than
/// `cut` there. Returns its address.
fn hub(cut: usize, wrong_sum: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut cut = Some(cut);
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, &mut cut, wrong_sum);
        }
    });
    address
}

fn answer(mut stream: TcpStream, cut: &mut Option<usize>, wrong_sum: bool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut from = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(range) = line.to_lowercase().strip_prefix("range: bytes=") {
            from = range.trim().trim_end_matches('-').parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap();
    let file = ["config.json", "tokenizer.json", "model.safetensors"]
        .into_iter()
        .position(|file| {
            path == format!("/owner/tiny/resolve/main/{file}") || path == format!("/store/{file}")
        });
    let Some(file) = file else {
        return stream.write_all(
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        );
    };
    let body = &tiny_model("")[file];
    let mut sum: String = Sha256::digest(body)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    if wrong_sum {
        sum = sum.replace(|c: char| c.is_ascii_digit(), "0");
    }
    // As hubs do it, a large file is somewhere else, and its checksum is told on the way there.
    if file == 2 && path.starts_with("/owner") {
        let size = body.len();
        return write!(
            stream,
            "HTTP/1.1 302 Found\r\nlocation: /store/model.safetensors\r\nx-linked-size: {size}\r\nx-linked-etag: \"{sum}\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
    }
    let status = if from > 0 {
        "206 Partial Content"
    } else {
        "200 OK"
    };
    let rest = &body[from..];
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        rest.len()
    )?;
    if first.starts_with("HEAD") {
        return Ok(());
    }
    let end = match cut {
        Some(at) if rest.len() > *at => cut.take().unwrap(),
        _ => rest.len(),
    };
    stream.write_all(&rest[..end])
}

fn fetched(models: &Path, hub: &str, name: &str) -> Result<PathBuf, String> {
    fetch::fetch(name, hub, models, &mut |_, _, _| {}).map_err(|error| format!("{error:#}"))
}

#[test]
fn a_model_is_fetched_whole_and_an_interrupted_fetch_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub(5000, false);
    let broken = fetched(folder.path(), &hub, "owner/tiny").unwrap_err();
    assert!(broken.contains("broke off after 5000 bytes"), "{broken}");
    assert!(!folder.path().join("tiny").exists());
    let model = fetched(folder.path(), &hub, "owner/tiny").unwrap();
    assert_eq!(model, folder.path().join("tiny"));
    assert!(Model::open(&model, folder.path()).is_ok());
    // Once more takes the place of what is there.
    assert_eq!(fetched(folder.path(), &hub, "owner/tiny"), Ok(model));
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(
        left.iter()
            .filter(|name| name.to_string_lossy().contains("tiny"))
            .count(),
        1,
        "{left:?}"
    );
}

#[test]
fn what_goes_wrong_in_fetching_is_said_with_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |hub: &str, name: &str, words: &str| {
        let error = fetched(folder.path(), hub, name).unwrap_err();
        assert!(error.contains(words), "{error}");
    };
    refused(
        &hub(usize::MAX, true),
        "owner/tiny",
        "is not what it must be",
    );
    // The hub has no such model; nobody listens; a name that would lead out of the folder.
    refused(&hub(usize::MAX, false), fetch::DEFAULT, "404");
    refused("http://127.0.0.1:1", fetch::DEFAULT, "cannot be reached");
    refused("http://127.0.0.1:1", "../..", "no model");
    assert!(!folder.path().join("tiny").exists());
}

/// The most memory that this process has had, in MiB.
fn most_memory() -> Option<u64> {
    let mut status = String::new();
    std::fs::File::open("/proc/self/status")
        .ok()?
        .read_to_string(&mut status)
        .ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

#[test]
fn a_real_model_knows_what_belongs_together() {
    let Some(folder) = path_from_environment("REFERENT_MODEL") else {
        eprintln!("REFERENT_MODEL is not set: no real model is tried");
        return;
    };
    let cache = tempfile::tempdir().unwrap();
    Model::open(&folder, cache.path()).unwrap();
    let start = Instant::now();
    let model = Model::open(&folder, cache.path()).unwrap();
    let opened = start.elapsed();
    let pairs = [
        (
            "Når får de ansatte lønn?",
            "Lønn til medarbeiderne utbetales den tolvte i hver måned.",
        ),
        (
            "Kan jeg jobbe hjemmefra?",
            "Medarbeiderne kan ha hjemmekontor inntil to dager i uken.",
        ),
        (
            "Hvem leder utvalget?",
            "Kari Lien ble valgt til leiar for arbeidsgruppa.",
        ),
        (
            "What does the roof cost?",
            "Taket over sykkelparkeringen er beregnet til 240 000 kroner.",
        ),
        (
            "Hvordan varsler jeg om kritikkverdige forhold?",
            "Melding om brudd på regelverket sendes til varslingssekretariatet.",
        ),
    ];
    let texts: Vec<String> = pairs.iter().map(|(_, text)| (*text).to_owned()).collect();
    let passages = model.passages(&texts).unwrap();
    let start = Instant::now();
    for (i, (question, text)) in pairs.iter().enumerate() {
        let question = model.question(question).unwrap();
        let near = |j: &usize| (cosine(&question, &passages[*j]) * 1e6) as i64;
        let best = (0..passages.len()).max_by_key(near).unwrap();
        assert_eq!(best, i, "{text}");
    }
    let each = start.elapsed() / pairs.len() as u32;
    let long = vec!["Styret drøftet budsjettet for neste år og ba om flere tall. ".repeat(8); 8];
    let start = Instant::now();
    model.passages(&long).unwrap();
    let passage = start.elapsed() / long.len() as u32;
    println!(
        "opened in {opened:.1?}, {each:.1?} a question, {passage:.1?} a passage of {} tokens, at most {:?} MiB",
        model.tokens(&long[0]).len(),
        most_memory()
    );
}
