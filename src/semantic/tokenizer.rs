//! Words → token numbers, as the model was taught: a unigram model over sentence pieces.
//!
//! `tokenizer.json` lists a quarter of a million pieces. Reading it takes a tenth of a second and much
//! memory, so a compact form is kept beside the index: the pieces as a finite state transducer, their
//! scores, and the table by which characters are normalized.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use base64::Engine;
use fst::raw::Output;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// What stands in a piece for the space before a word.
const SPACE: char = '▁';
/// How much worse than the worst piece an unknown character is, in the models of this family.
const UNKNOWN_PENALTY: f64 = 10.0;
/// First bytes of the compact form; the digit counts up when the form changes.
const MAGIC: &[u8; 8] = b"RFPIECE1";

/// A unigram tokenizer.
pub struct Tokenizer {
    facts: Facts,
    charsmap: Option<Charsmap>,
    scores: Vec<f64>,
    pieces: fst::Map<Vec<u8>>,
}

/// A token of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its number.
    pub id: u32,
    /// The bytes of the text that it was made from; none for the two that begin and end a text.
    pub bytes: Range<usize>,
}

/// The small things that the tokenizer knows.
#[derive(Debug, Serialize, Deserialize)]
struct Facts {
    begin: u32,
    end: u32,
    unknown: u32,
    unknown_score: f64,
    /// Tokens that are found as they are written, before anything else.
    special: Vec<(String, u32)>,
}

/// What is read of `tokenizer.json`.
#[derive(Deserialize)]
struct Source {
    #[serde(default)]
    added_tokens: Vec<Added>,
    normalizer: serde_json::Value,
    pre_tokenizer: serde_json::Value,
    post_processor: serde_json::Value,
    model: Unigram,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    content: String,
}

#[derive(Deserialize)]
struct Unigram {
    #[serde(rename = "type")]
    kind: Option<String>,
    unk_id: Option<u32>,
    #[serde(default)]
    byte_fallback: bool,
    #[serde(default)]
    vocab: serde_json::Value,
}

impl Tokenizer {
    /// The tokenizer that `json`, the text of a `tokenizer.json`, describes.
    pub fn parse(json: &[u8]) -> anyhow::Result<Tokenizer> {
        let source: Source = serde_json::from_slice(json)?;
        ensure!(
            source.model.kind.as_deref() == Some("Unigram") && !source.model.byte_fallback,
            "it is not a unigram tokenizer"
        );
        ensure!(
            kinds(&source.pre_tokenizer) == ["WhitespaceSplit", "Metaspace"],
            "it does not split words at white space"
        );
        let charsmap = match &kinds(&source.normalizer)[..] {
            ["Precompiled", rest @ ..] if rest.iter().all(|kind| *kind == "Replace") => {
                let map = find(&source.normalizer, "precompiled_charsmap");
                let map = map.context("its normalizer has no table")?;
                let bytes = base64::engine::general_purpose::STANDARD.decode(map)?;
                Some(Charsmap::parse(&bytes)?)
            }
            ["Nmt", "NFKC", rest @ ..] if rest.iter().all(|kind| *kind == "Replace") => None,
            other => bail!("its normalizer {other:?} is not known"),
        };
        let unknown = source.model.unk_id.context("it names no unknown token")?;
        let vocab: Vec<(String, f64)> = serde_json::from_value(source.model.vocab)?;
        ensure!(
            (unknown as usize) < vocab.len(),
            "its unknown token is not among its pieces"
        );
        let worst = vocab.iter().map(|(_, score)| *score).fold(0.0, f64::min);
        let scores = vocab.iter().map(|(_, score)| *score).collect();
        let numbered = vocab.into_iter().zip(0_u64..);
        let mut sorted: Vec<(String, u64)> = numbered.map(|((piece, _), id)| (piece, id)).collect();
        // Of pieces that are written alike the last one counts.
        sorted.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        sorted.dedup_by(|a, b| a.0 == b.0);
        sorted.retain(|(piece, _)| !piece.is_empty());
        let number = |word: &str| {
            let named = |added: &&Added| added.content == word;
            let added = source.added_tokens.iter().find(named).map(|added| added.id);
            added.with_context(|| format!("it has no token {word}"))
        };
        let [begin, end] = ends(&source.post_processor)?;
        let facts = Facts {
            begin: number(&begin)?,
            end: number(&end)?,
            unknown,
            unknown_score: worst - UNKNOWN_PENALTY,
            special: source
                .added_tokens
                .iter()
                .filter(|added| !added.content.is_empty())
                .map(|added| (added.content.clone(), added.id))
                .collect(),
        };
        Ok(Tokenizer {
            facts,
            charsmap,
            scores,
            pieces: fst::Map::from_iter(sorted)?,
        })
    }

    /// The tokenizer in its compact form.
    pub fn to_bytes(&self) -> anyhow::Result<Vec<u8>> {
        let facts = serde_json::to_vec(&self.facts)?;
        let charsmap = self.charsmap.as_ref().map(Charsmap::to_bytes);
        let scores: Vec<u8> = self.scores.iter().flat_map(|s| s.to_le_bytes()).collect();
        let parts = [
            &facts[..],
            charsmap.as_deref().unwrap_or_default(),
            &scores,
            self.pieces.as_fst().as_bytes(),
        ];
        let mut body = Vec::new();
        for part in parts {
            body.extend((part.len() as u64).to_le_bytes());
            body.extend(part);
        }
        let mut bytes = MAGIC.to_vec();
        bytes.extend(Sha256::digest(&body));
        bytes.extend(body);
        Ok(bytes)
    }

    /// The tokenizer from its compact form, if that is whole.
    pub fn from_bytes(bytes: &[u8]) -> anyhow::Result<Tokenizer> {
        let rest = bytes.strip_prefix(MAGIC).context("another form")?;
        let (digest, mut body) = rest.split_at_checked(32).context("cut off")?;
        ensure!(Sha256::digest(body)[..] == *digest, "damaged");
        let mut part = || {
            let (length, rest) = body.split_at_checked(8).context("cut off")?;
            let length = u64::from_le_bytes(length.try_into()?);
            let (part, rest) = rest
                .split_at_checked(usize::try_from(length)?)
                .context("cut off")?;
            body = rest;
            anyhow::Ok(part)
        };
        let facts = serde_json::from_slice(part()?)?;
        let charsmap = match part()? {
            [] => None,
            bytes => Some(Charsmap::parse(bytes)?),
        };
        let (scores, _) = part()?.as_chunks();
        Ok(Tokenizer {
            facts,
            charsmap,
            scores: scores.iter().map(|s| f64::from_le_bytes(*s)).collect(),
            pieces: fst::Map::new(part()?.to_vec())?,
        })
    }

    /// The compact form at `prepared`, or else the one that `json` describes, which is then kept there.
    pub fn open(json: &Path, prepared: &Path) -> anyhow::Result<Tokenizer> {
        if let Ok(bytes) = std::fs::read(prepared) {
            match Tokenizer::from_bytes(&bytes) {
                Ok(tokenizer) => return Ok(tokenizer),
                Err(error) => {
                    tracing::warn!(file = %prepared.display(), "made anew, as it is not as it was written: {error:#}");
                }
            }
        }
        let source = std::fs::read(json)?;
        let tokenizer = Tokenizer::parse(&source)?;
        // Without the compact form everything works all the same, only slower.
        if let Err(error) = keep(prepared, &tokenizer.to_bytes()?) {
            tracing::warn!(file = %prepared.display(), "cannot be kept: {error:#}");
        }
        Ok(tokenizer)
    }

    /// The largest token number.
    pub fn largest(&self) -> u32 {
        let special = self.facts.special.iter().map(|(_, id)| *id).max();
        let last = u32::try_from(self.scores.len()).map_or(u32::MAX, |n| n.saturating_sub(1));
        last.max(special.unwrap_or(0))
    }

    /// The tokens of `text` between the two that begin and end a text, `limit` of them at most in all.
    pub fn encode(&self, text: &str, limit: usize) -> Vec<Token> {
        let begin = self.facts.begin;
        let mut tokens = vec![Token {
            id: begin,
            bytes: 0..0,
        }];
        let room = limit.saturating_sub(1);
        let mut from = 0;
        while tokens.len() < room {
            let special = self.next_special(&text[from..]);
            let end = special.map_or(text.len(), |(at, ..)| from + at);
            self.encode_plain(text, from..end, room, &mut tokens);
            let Some((_, word, id)) = special else { break };
            from = end + word.len();
            tokens.push(Token {
                id,
                bytes: end..from,
            });
        }
        tokens.truncate(room);
        tokens.push(Token {
            id: self.facts.end,
            bytes: text.len()..text.len(),
        });
        tokens
    }

    /// The first special token that is written in `text`; of several there the longest.
    fn next_special(&self, text: &str) -> Option<(usize, &str, u32)> {
        let found =
            self.facts.special.iter().filter_map(|(word, id)| {
                text.find(word.as_str()).map(|at| (at, word.as_str(), *id))
            });
        found.min_by_key(|(at, word, _)| (*at, usize::MAX - word.len()))
    }

    /// The tokens of the bytes `part` of `text`.
    fn encode_plain(&self, text: &str, part: Range<usize>, room: usize, tokens: &mut Vec<Token>) {
        let normalized = Normalized::new(&text[part.clone()], self.charsmap.as_ref());
        let mut word = String::new();
        let mut next = 0;
        for chunk in normalized.text.split_inclusive(char::is_whitespace) {
            let at = next;
            next += chunk.len();
            let chunk = chunk.trim_end_matches(char::is_whitespace);
            // A mark for a space that is written in the text begins a word as a space does.
            let mut marked = chunk.char_indices().skip(1).filter(|(_, c)| *c == SPACE);
            let mut start = 0;
            while start < chunk.len() {
                let end = marked.next().map_or(chunk.len(), |(at, _)| at);
                word.clear();
                if !chunk[start..end].starts_with(SPACE) {
                    word.push(SPACE);
                }
                let added = word.len();
                word.push_str(&chunk[start..end]);
                let first = tokens.len();
                self.encode_word(&word, tokens);
                for token in &mut tokens[first..] {
                    let place = |byte: usize| at + start + byte.saturating_sub(added);
                    let bytes = &token.bytes;
                    let bytes = normalized.origin(place(bytes.start)..place(bytes.end));
                    token.bytes = part.start + bytes.start..part.start + bytes.end;
                }
                if tokens.len() >= room {
                    return;
                }
                start = end;
            }
        }
    }

    /// Cuts a word into the pieces whose scores add up to the most. The tokens' bytes are those of the word.
    fn encode_word(&self, word: &str, tokens: &mut Vec<Token>) {
        /// The best way to a place: its score, where its last piece begins, and that piece.
        #[derive(Clone, Copy)]
        struct Way {
            score: f64,
            start: usize,
            piece: u32,
        }
        fn offer(way: &mut Option<Way>, new: Way) {
            if way.is_none_or(|way| new.score > way.score) {
                *way = Some(new);
            }
        }
        let mut ways: Vec<Option<Way>> = vec![None; word.len() + 1];
        let pieces = self.pieces.as_fst();
        for (start, c) in word.char_indices() {
            let so_far = if start == 0 {
                0.0
            } else {
                ways[start].map_or(0.0, |way| way.score)
            };
            let mut single = false;
            let mut node = pieces.root();
            let mut id = Output::zero();
            for (end, byte) in (start + 1..).zip(&word.as_bytes()[start..]) {
                let Some(at) = node.find_input(*byte) else {
                    break;
                };
                let transition = node.transition(at);
                id = id.cat(transition.out);
                node = pieces.node(transition.addr);
                if !node.is_final() {
                    continue;
                }
                let piece = id.cat(node.final_output()).value();
                let score = usize::try_from(piece).ok().and_then(|i| self.scores.get(i));
                let (Ok(piece), Some(score)) = (u32::try_from(piece), score) else {
                    continue;
                };
                let score = so_far + score;
                offer(
                    &mut ways[end],
                    Way {
                        score,
                        start,
                        piece,
                    },
                );
                single |= end == start + c.len_utf8();
            }
            if !single {
                let way = Way {
                    score: so_far + self.facts.unknown_score,
                    start,
                    piece: self.facts.unknown,
                };
                offer(&mut ways[start + c.len_utf8()], way);
            }
        }
        let first = tokens.len();
        let mut end = word.len();
        while let Some(Some(way)) = ways.get(end).filter(|_| end > 0) {
            // Unknown characters that follow each other are one unknown word.
            match tokens[first..].last_mut() {
                Some(last) if way.piece == self.facts.unknown && last.id == way.piece => {
                    last.bytes.start = way.start;
                }
                _ => tokens.push(Token {
                    id: way.piece,
                    bytes: way.start..end,
                }),
            }
            end = way.start;
        }
        tokens[first..].reverse();
    }
}

/// Writes a file so that it is there wholly or not at all.
fn keep(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().context("no folder")?;
    std::fs::create_dir_all(folder)?;
    let new = path.with_extension(format!("{}.new", std::process::id()));
    std::fs::write(&new, bytes)?;
    std::fs::rename(&new, path)?;
    Ok(())
}

/// The types of a step, or of the steps of a sequence.
fn kinds(step: &serde_json::Value) -> Vec<&str> {
    let steps = ["normalizers", "pretokenizers"];
    match steps.iter().find_map(|name| step[name].as_array()) {
        Some(steps) => steps.iter().flat_map(kinds).collect(),
        None => step["type"].as_str().into_iter().collect(),
    }
}

/// The first text under `key` in a step, or in the steps of a sequence.
fn find<'a>(step: &'a serde_json::Value, key: &str) -> Option<&'a str> {
    let steps = step["normalizers"].as_array().into_iter().flatten();
    step[key]
        .as_str()
        .or_else(|| steps.into_iter().find_map(|step| find(step, key)))
}

/// The names of the tokens that begin and end a text.
fn ends(template: &serde_json::Value) -> anyhow::Result<[String; 2]> {
    let parts = template["single"].as_array();
    let name = |i: usize| {
        let part = parts.and_then(|parts| parts.get(i));
        part.and_then(|part| part["SpecialToken"]["id"].as_str())
            .map(str::to_owned)
            .context("its texts do not begin and end with a token each")
    };
    Ok([name(0)?, name(2)?])
}

/// A character as it counts: control characters go, other kinds of space are spaces.
fn cleaned(c: char) -> Option<char> {
    match u32::from(c) {
        0x01..=0x08 | 0x0B | 0x0E..=0x1F | 0x7F | 0x8F | 0x9F => None,
        0x09
        | 0x0A
        | 0x0C
        | 0x0D
        | 0x1680
        | 0x200B..=0x200F
        | 0x2028
        | 0x2029
        | 0x2581
        | 0xFEFF
        | 0xFFFD => Some(' '),
        _ => Some(c),
    }
}

/// A table of what to write instead of which characters, as sentence piece models carry it: a double
/// array, and the texts that it points into.
struct Charsmap {
    units: Vec<u32>,
    texts: Vec<u8>,
}

impl Charsmap {
    fn parse(bytes: &[u8]) -> anyhow::Result<Charsmap> {
        let (size, rest) = bytes.split_at_checked(4).context("an empty table")?;
        let size = u32::from_le_bytes(size.try_into()?) as usize;
        let (units, texts) = rest.split_at_checked(size).context("a cut table")?;
        let (units, _) = units.as_chunks();
        Ok(Charsmap {
            units: units.iter().map(|unit| u32::from_le_bytes(*unit)).collect(),
            texts: texts.to_vec(),
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let size = u32::try_from(self.units.len() * 4).unwrap_or_default();
        let mut bytes = size.to_le_bytes().to_vec();
        bytes.extend(self.units.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes.extend(&self.texts);
        bytes
    }

    /// What to write for the shortest beginning of `text` that the table knows.
    fn replacement(&self, text: &str) -> Option<&str> {
        let unit = |at: usize| self.units.get(at).copied();
        let offset = |unit: u32| ((unit >> 10) << ((unit & (1 << 9)) >> 6)) as usize;
        let mut at = offset(unit(0)?);
        for byte in text.bytes() {
            at ^= usize::from(byte);
            let here = unit(at)?;
            if here & (0x8000_0000 | 0xFF) != u32::from(byte) {
                return None;
            }
            at ^= offset(here);
            if (here >> 8) & 1 == 1 {
                let start = (unit(at)? & 0x7FFF_FFFF) as usize;
                let text = self.texts.get(start..)?;
                let end = text.iter().position(|byte| *byte == 0)?;
                return std::str::from_utf8(&text[..end]).ok();
            }
        }
        None
    }

    /// Adds to `normalized` what to write instead of the characters of `cluster`.
    fn normalize(&self, cluster: &str, normalized: &mut String) {
        // Longer clusters are never in the table as a whole; models of this family count on that.
        if cluster.len() < 6
            && let Some(new) = self.replacement(cluster)
        {
            normalized.push_str(new);
            return;
        }
        let mut buffer = [0; 4];
        for c in cluster.chars() {
            let c: &str = c.encode_utf8(&mut buffer);
            normalized.push_str(self.replacement(c).unwrap_or(c));
        }
    }
}

/// A text as the pieces have it written, and where its characters come from.
struct Normalized {
    text: String,
    /// Where each cluster of characters begins: in this text, and in the one it was made from. The last
    /// one is where both end.
    clusters: Vec<(usize, usize)>,
}

impl Normalized {
    fn new(original: &str, charsmap: Option<&Charsmap>) -> Normalized {
        let mut text = String::with_capacity(original.len());
        let mut clusters = Vec::with_capacity(original.len() + 1);
        for (at, cluster) in original.grapheme_indices(true) {
            clusters.push((text.len(), at));
            match charsmap {
                Some(map) => map.normalize(cluster, &mut text),
                None => text.extend(cluster.chars().filter_map(cleaned).nfkc()),
            }
        }
        clusters.push((text.len(), original.len()));
        Normalized { text, clusters }
    }

    /// The bytes of the original from which the bytes `of` were made, whole clusters of characters.
    fn origin(&self, of: Range<usize>) -> Range<usize> {
        // Clusters of which nothing is left share their beginning with the one after them.
        let after = |byte: usize| self.clusters.partition_point(|(new, _)| *new <= byte);
        let original = |i: usize| self.clusters.get(i).map_or(0, |(_, original)| *original);
        let start = original(after(of.start).saturating_sub(1));
        let end = if of.is_empty() {
            start
        } else {
            original(after(of.end - 1))
        };
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_knows_the_bytes_that_it_was_made_from() {
        let pieces = [
            "<s>", "</s>", "<unk>", "▁", "å", "ret", "«", "»", "...", "f", "▁fi",
        ];
        let vocab: Vec<(&str, f64)> = pieces.iter().map(|piece| (*piece, -1.0)).collect();
        let added = ["<s>", "</s>"].map(|word| {
            let id = pieces.iter().position(|piece| *piece == word);
            serde_json::json!({"id": id, "content": word})
        });
        let json = serde_json::json!({
            "added_tokens": added,
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Nmt"}, {"type": "NFKC"}]},
            "pre_tokenizer": {"type": "Sequence",
                "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace"}]},
            "post_processor": {"single": [
                {"SpecialToken": {"id": "<s>"}}, {}, {"SpecialToken": {"id": "</s>"}}]},
            "model": {"type": "Unigram", "unk_id": 2, "vocab": vocab},
        });
        let tokenizer = Tokenizer::parse(json.to_string().as_bytes()).unwrap();
        // A letter in two characters, one that becomes three, a ligature that two pieces share, letters
        // that are not known, one that goes, a special token in the text.
        for (text, expected) in [
            ("«a\u{30A}ret»", "|«|a\u{30A}|ret|»"),
            ("å  \n…", "|å||…"),
            ("ﬁf", "ﬁ|f"),
            ("xyzret", "|xyz|ret"),
            ("\u{1}å\u{1}ret </s>å", "|å|ret|</s>||å"),
            ("", ""),
        ] {
            let tokens = tokenizer.encode(text, 50);
            let inner = &tokens[1..tokens.len() - 1];
            let parts: Vec<&str> = inner.iter().map(|t| &text[t.bytes.clone()]).collect();
            assert_eq!(parts.join("|"), expected, "{text}");
        }
        assert_eq!(tokenizer.encode("ret ret ret", 4).len(), 4);
    }
}
