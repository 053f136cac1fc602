//! A sentence model of the BERT family, run on this machine's processor.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use rayon::prelude::*;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::late_interaction::TokenStates;
use super::layers::{Linear, Norm, attention, gelu};
use super::tokenizer::{Token, Tokenizer};
use super::weights::{Rows, Weights, sample_of};

/// The files of a model's folder.
pub const FILES: [&str; 3] = ["config.json", "tokenizer.json", "model.safetensors"];

/// So many tokens of passages are worked on at once: more is no faster and takes more memory.
const BATCH_TOKENS: usize = 1024;
/// A text has at most so many tokens, if the model does not say less.
const MAX_TOKENS: usize = 512;

/// Single tokens are compared as they are after so many layers: the last ones only make ready what is
/// averaged. Of layers 8 to 12 of multilingual-e5-small this one told best which sentence answers.
const TOKEN_LAYERS: usize = 10;

/// What stands before a question, as the model was taught.
const QUESTION: &str = "query: ";
/// What stands before a passage.
const PASSAGE: &str = "passage: ";

/// A model in use.
pub struct Model {
    tokenizer: Tokenizer,
    fingerprint: String,
    words: Rows,
    /// What is added to a word for each place in the text, with what is added to every word.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
    dimension: usize,
    limit: usize,
}

struct Layer {
    /// Query, key and value in one.
    attention: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    intermediate: Linear,
    output: Linear,
    output_norm: Norm,
}

/// What is read of `config.json`.
#[derive(Deserialize)]
struct Shape {
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    vocab_size: usize,
    layer_norm_eps: f64,
    hidden_act: String,
    #[serde(default = "absolute")]
    position_embedding_type: String,
}

fn absolute() -> String {
    "absolute".to_owned()
}

impl Model {
    /// Opens the model in `folder`; what makes the next opening fast is kept in `cache`.
    pub fn open(folder: &Path, cache: &Path) -> anyhow::Result<Model> {
        let missing: Vec<&str> = FILES
            .into_iter()
            .filter(|name| !folder.join(name).is_file())
            .collect();
        ensure!(
            missing.is_empty(),
            "the model folder {} lacks {}: run `referent model fetch`, or correct [semantic] model",
            folder.display(),
            missing.join(" and ")
        );
        let [config, tokenizer, weights] = FILES.map(|name| folder.join(name));
        let broken = |path: &Path| {
            format!(
                "{} cannot be used: run `referent model fetch` to get the model anew",
                path.display()
            )
        };
        let source = std::fs::read(&config).with_context(|| broken(&config))?;
        let shape = Shape::parse(&source).with_context(|| broken(&config))?;
        let tensors = Weights::open(&weights).with_context(|| broken(&weights))?;
        let sample = tensors.sample().with_context(|| broken(&weights))?;
        let words = File::open(&tokenizer)
            .map_err(Into::into)
            .and_then(|file| sample_of(&file, file.metadata()?.len()))
            .with_context(|| broken(&tokenizer))?;
        let mut digest = Sha256::new();
        for part in [source, sample, words] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let fingerprint: String = digest.finalize()[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let prepared: PathBuf = cache.join(format!("tokenizer-{fingerprint}"));
        let tokenizer =
            Tokenizer::open(&tokenizer, &prepared).with_context(|| broken(&tokenizer))?;
        let mut model = Model::of(&shape, tokenizer, tensors).with_context(|| broken(&weights))?;
        model.fingerprint = fingerprint;
        Ok(model)
    }

    fn of(shape: &Shape, tokenizer: Tokenizer, weights: Weights) -> anyhow::Result<Model> {
        let (hidden, inner) = (shape.hidden_size, shape.intermediate_size);
        ensure!(
            (tokenizer.largest() as usize) < shape.vocab_size,
            "it has fewer words than its tokenizer"
        );
        let limit = shape.max_position_embeddings.min(MAX_TOKENS);
        let linear = |names: &[&str], rows: usize, columns: usize| -> anyhow::Result<Linear> {
            let (mut weight, mut bias) = (Vec::new(), Vec::new());
            for name in names {
                weight.extend(weights.tensor(&format!("{name}.weight"), &[rows, columns])?);
                bias.extend(weights.tensor(&format!("{name}.bias"), &[rows])?);
            }
            Linear::new(weight, bias, columns)
        };
        let norm = |name: &str| -> anyhow::Result<Norm> {
            Ok(Norm {
                weight: weights.tensor(&format!("{name}.weight"), &[hidden])?,
                bias: weights.tensor(&format!("{name}.bias"), &[hidden])?,
                epsilon: shape.layer_norm_eps as f32,
            })
        };
        let layer = |i: usize| -> anyhow::Result<Layer> {
            let part = |name: &str| format!("encoder.layer.{i}.{name}");
            let parts =
                ["query", "key", "value"].map(|name| part(&format!("attention.self.{name}")));
            Ok(Layer {
                attention: linear(&parts.each_ref().map(String::as_str), hidden, hidden)?,
                attention_output: linear(&[&part("attention.output.dense")], hidden, hidden)?,
                attention_norm: norm(&part("attention.output.LayerNorm"))?,
                intermediate: linear(&[&part("intermediate.dense")], inner, hidden)?,
                output: linear(&[&part("output.dense")], hidden, inner)?,
                output_norm: norm(&part("output.LayerNorm"))?,
            })
        };
        let layers = (0..shape.num_hidden_layers)
            .into_par_iter()
            .map(layer)
            .collect::<anyhow::Result<_>>()?;
        let mut positions = weights.tensor(
            "embeddings.position_embeddings.weight",
            &[shape.max_position_embeddings, hidden],
        )?;
        positions.truncate(limit * hidden);
        let kinds = weights.tensor(
            "embeddings.token_type_embeddings.weight",
            &[shape.type_vocab_size, hidden],
        )?;
        for row in positions.chunks_exact_mut(hidden) {
            row.iter_mut().zip(&kinds).for_each(|(x, kind)| *x += kind);
        }
        Ok(Model {
            tokenizer,
            fingerprint: String::new(),
            positions,
            norm: norm("embeddings.LayerNorm")?,
            layers,
            heads: shape.num_attention_heads,
            dimension: hidden,
            limit,
            words: weights.rows(
                "embeddings.word_embeddings.weight",
                [shape.vocab_size, hidden],
            )?,
        })
    }

    /// How many numbers a text becomes.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// What tells this model from others: numbers of two models cannot be compared.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The meaning of a question, of length one.
    pub fn question(&self, text: &str) -> anyhow::Result<Vec<f32>> {
        let tokens = self.tokens(&format!("{QUESTION}{text}"));
        let found = self.embed(&[&tokens])?.pop();
        found.context("no meaning was found")
    }

    /// What the model makes of each token of a question.
    pub fn question_tokens(&self, text: &str) -> anyhow::Result<TokenStates> {
        let found = self.token_states(QUESTION, &[text])?.pop();
        found.context("no tokens were found")
    }

    /// What the model makes of each token of passages, in their order. They are worked on at once.
    pub fn passage_tokens(&self, texts: &[&str]) -> anyhow::Result<Vec<TokenStates>> {
        self.token_states(PASSAGE, texts)
    }

    fn token_states(&self, prefix: &str, texts: &[&str]) -> anyhow::Result<Vec<TokenStates>> {
        let tokens: Vec<Vec<Token>> = texts
            .par_iter()
            .map(|text| self.tokens(&format!("{prefix}{text}")))
            .collect();
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let all: Vec<&[Token]> = tokens.iter().map(Vec::as_slice).collect();
        let layers = self.layers.len().min(TOKEN_LAYERS);
        let states = self.through(&all, &self.layers[..layers])?;
        let mut rest = &states[..];
        let states = tokens.iter().map(|text| {
            let (states, others) = rest.split_at(text.len() * self.dimension);
            rest = others;
            let bytes = text.iter().map(|token| {
                let place = |byte: usize| byte.saturating_sub(prefix.len());
                place(token.bytes.start)..place(token.bytes.end)
            });
            TokenStates::new(states.to_vec(), self.dimension, bytes.collect())
        });
        Ok(states.collect())
    }

    /// The meanings of passages, each of length one, in their order.
    pub fn passages(&self, texts: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
        let tokens: Vec<Vec<Token>> = texts
            .par_iter()
            .map(|text| self.tokens(&format!("{PASSAGE}{text}")))
            .collect();
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|i| tokens[*i].len());
        let mut meanings = vec![Vec::new(); texts.len()];
        let mut rest = &order[..];
        while !rest.is_empty() {
            let mut total = 0;
            let fits = |i: &&usize| {
                total += tokens[**i].len();
                total <= BATCH_TOKENS
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (batch, others) = rest.split_at(count);
            rest = others;
            let texts: Vec<&[Token]> = batch.iter().map(|i| &tokens[*i][..]).collect();
            for (i, meaning) in batch.iter().zip(self.embed(&texts)?) {
                meanings[*i] = meaning;
            }
        }
        Ok(meanings)
    }

    /// The tokens of a text, as the model counts them.
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        self.tokenizer.encode(text, self.limit)
    }

    /// What `layers`, the first ones of the model, make of each token of texts that are worked on at once:
    /// their tokens one after the other, with no filling up between them.
    fn through(&self, texts: &[&[Token]], layers: &[Layer]) -> anyhow::Result<Vec<f32>> {
        let hidden = self.dimension;
        let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
        let mut x = Vec::with_capacity(lengths.iter().sum::<usize>() * hidden);
        for text in texts {
            for (token, position) in text.iter().zip(self.positions.chunks_exact(hidden)) {
                let word = self.words.row(token.id as usize)?;
                x.extend(word.iter().zip(position).map(|(a, b)| a + b));
            }
        }
        self.norm.apply(&mut x);
        for layer in layers {
            let parts = layer.attention.apply(&x)?;
            let seen = attention(&parts, &lengths, self.heads, hidden)?;
            let new = layer.attention_output.apply(&seen)?;
            layer.attention_norm.add(&mut x, &new);
            let mut inner = layer.intermediate.apply(&x)?;
            gelu(&mut inner);
            let new = layer.output.apply(&inner)?;
            layer.output_norm.add(&mut x, &new);
        }
        Ok(x)
    }

    /// The meanings of texts that are worked on at once.
    fn embed(&self, texts: &[&[Token]]) -> anyhow::Result<Vec<Vec<f32>>> {
        let hidden = self.dimension;
        let x = self.through(texts, &self.layers)?;
        let mut meanings = Vec::with_capacity(texts.len());
        let mut rest = &x[..];
        for text in texts {
            let (text, others) = rest.split_at(text.len() * hidden);
            rest = others;
            let mut mean = vec![0.0_f32; hidden];
            for token in text.chunks_exact(hidden) {
                mean.iter_mut().zip(token).for_each(|(sum, x)| *sum += x);
            }
            let size = mean.iter().map(|x| x * x).sum::<f32>().sqrt();
            ensure!(
                size.is_finite() && size > 0.0,
                "the model's numbers are damaged: run `referent model fetch` to get it anew"
            );
            mean.iter_mut().for_each(|x| *x /= size);
            meanings.push(mean);
        }
        Ok(meanings)
    }

    /// How many words the model's table has.
    pub fn vocabulary(&self) -> usize {
        self.words.count()
    }
}

impl Shape {
    fn parse(source: &[u8]) -> anyhow::Result<Shape> {
        let shape: Shape = serde_json::from_slice(source)?;
        ensure!(
            shape.model_type == "bert"
                && shape.hidden_act == "gelu"
                && shape.position_embedding_type == "absolute",
            "it is a model of another kind (only BERT models as multilingual-e5-small are known)"
        );
        let sizes = [
            shape.hidden_size,
            shape.num_hidden_layers,
            shape.num_attention_heads,
            shape.intermediate_size,
            shape.type_vocab_size,
            shape.vocab_size,
        ];
        ensure!(
            sizes.iter().all(|size| (1..=4_000_000).contains(size))
                && shape.hidden_size.is_multiple_of(shape.num_attention_heads)
                && shape.max_position_embeddings >= 8,
            "its sizes do not fit together"
        );
        Ok(shape)
    }
}
