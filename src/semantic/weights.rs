//! The numbers of a model, from `model.safetensors`: found by name, read one tensor at a time.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};
use half::{bf16, f16};
use serde::Deserialize;

/// The longest list of tensors that is believed.
const MAX_HEADER: u64 = 16 << 20;
/// The name that tells what stands before every tensor's name.
const WORDS: &str = "embeddings.word_embeddings.weight";

/// The tensors of a model, still in their file.
pub struct Weights {
    file: File,
    path: PathBuf,
    /// Where the first tensor begins.
    start: u64,
    length: u64,
    tensors: HashMap<String, Tensor>,
    /// The list of tensors as it is written.
    header: Vec<u8>,
    prefix: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Tensor {
    dtype: Kind,
    shape: Vec<usize>,
    data_offsets: [u64; 2],
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Kind {
    F16,
    BF16,
    F32,
    #[serde(other)]
    Other,
}

impl Weights {
    /// Opens the file at `path`.
    pub fn open(path: &Path) -> anyhow::Result<Weights> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut size = [0; 8];
        read_at(&file, &mut size, 0).context("it is empty")?;
        let size = u64::from_le_bytes(size);
        ensure!(
            size <= MAX_HEADER && size + 8 <= length,
            "it is not in the safetensors format"
        );
        let mut header = vec![0; usize::try_from(size)?];
        read_at(&file, &mut header, 8)?;
        let listed: HashMap<String, serde_json::Value> =
            serde_json::from_slice(&header).context("it is not in the safetensors format")?;
        let mut tensors = HashMap::new();
        for (name, value) in listed {
            if name != "__metadata__" {
                let tensor: Tensor =
                    serde_json::from_value(value).with_context(|| format!("tensor {name}"))?;
                let [from, to] = tensor.data_offsets;
                ensure!(
                    from <= to && to.checked_add(size + 8).is_some_and(|end| end <= length),
                    "it is cut off within tensor {name}"
                );
                tensors.insert(name, tensor);
            }
        }
        let words = tensors.keys().filter_map(|name| name.strip_suffix(WORDS));
        let prefix = words
            .min_by_key(|prefix| prefix.len())
            .with_context(|| format!("it has no tensor {WORDS}"))?
            .to_owned();
        Ok(Weights {
            path: path.to_owned(),
            file,
            start: size + 8,
            length,
            tensors,
            header,
            prefix,
        })
    }

    /// What tells this file from another: its list of tensors and a sample of its content.
    pub fn sample(&self) -> anyhow::Result<Vec<u8>> {
        let mut sample = self.header.clone();
        sample.extend(sample_of(&self.file, self.length)?);
        Ok(sample)
    }

    /// The tensor `name`, which must have the shape `shape`.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> anyhow::Result<Vec<f32>> {
        let (tensor, width) = self.find(name, shape)?;
        let mut bytes = vec![0; shape.iter().product::<usize>() * width];
        read_at(&self.file, &mut bytes, self.start + tensor.data_offsets[0])
            .with_context(|| format!("cannot read {}", self.path.display()))?;
        Ok(numbers(&bytes, tensor.dtype))
    }

    /// The rows of the tensor `name` of shape `shape`, to be read one by one.
    pub fn rows(self, name: &str, shape: [usize; 2]) -> anyhow::Result<Rows> {
        let (tensor, width) = self.find(name, &shape)?;
        Ok(Rows {
            kind: tensor.dtype,
            start: self.start + tensor.data_offsets[0],
            bytes: shape[1] * width,
            count: shape[0],
            file: self.file,
            path: self.path,
        })
    }

    fn find(&self, name: &str, shape: &[usize]) -> anyhow::Result<(&Tensor, usize)> {
        let tensor = self
            .tensors
            .get(&format!("{}{name}", self.prefix))
            .with_context(|| format!("it has no tensor {name}"))?;
        ensure!(
            tensor.shape == shape,
            "tensor {name} has the shape {:?} and not {shape:?}",
            tensor.shape
        );
        let width = match tensor.dtype {
            Kind::F16 | Kind::BF16 => 2,
            Kind::F32 => 4,
            Kind::Other => anyhow::bail!("tensor {name} is neither of f32, f16 and bf16"),
        };
        let [from, to] = tensor.data_offsets;
        ensure!(
            to - from == (shape.iter().product::<usize>() * width) as u64,
            "tensor {name} has not the length that its shape tells"
        );
        Ok((tensor, width))
    }
}

/// A table that stays in its file: mapped or loaded it would be most of the program's memory, and a
/// text needs few of its rows.
pub struct Rows {
    file: File,
    path: PathBuf,
    start: u64,
    bytes: usize,
    count: usize,
    kind: Kind,
}

impl Rows {
    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The row `at`.
    pub fn row(&self, at: usize) -> anyhow::Result<Vec<f32>> {
        ensure!(at < self.count, "there is no row {at}");
        let mut bytes = vec![0; self.bytes];
        let start = self.start + (at * self.bytes) as u64;
        read_at(&self.file, &mut bytes, start)
            .with_context(|| format!("cannot read {}", self.path.display()))?;
        Ok(numbers(&bytes, self.kind))
    }
}

/// Parts from all over a file, and its length.
pub fn sample_of(file: &File, length: u64) -> anyhow::Result<Vec<u8>> {
    const PARTS: u64 = 16;
    const PART: u64 = 64 << 10;
    let mut sample = length.to_le_bytes().to_vec();
    let mut part = vec![0; usize::try_from(PART.min(length))?];
    let last = length - part.len() as u64;
    for i in 0..PARTS {
        read_at(file, &mut part, last / (PARTS - 1) * i)?;
        sample.extend(&part);
    }
    Ok(sample)
}

fn numbers(bytes: &[u8], kind: Kind) -> Vec<f32> {
    let halves = || -> Vec<u16> {
        let (halves, _) = bytes.as_chunks();
        halves
            .iter()
            .map(|half| u16::from_le_bytes(*half))
            .collect()
    };
    match kind {
        Kind::F16 => halves().reinterpret_cast::<f16>().to_f32_vec(),
        Kind::BF16 => halves().reinterpret_cast::<bf16>().to_f32_vec(),
        Kind::F32 | Kind::Other => {
            let (numbers, _) = bytes.as_chunks();
            numbers
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect()
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !buffer.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, offset)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[read..];
        offset += read as u64;
    }
    Ok(())
}
