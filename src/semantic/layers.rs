//! What a layer of the model does to its numbers. candle multiplies the matrices; what lies between
//! the products is done here in one pass each.

use anyhow::{Context, bail};
use candle_core::{Device, Storage, Tensor};
use rayon::prelude::*;

/// Up to so many rows it is faster to put the weights first, which are then read in their own order.
const FEW_ROWS: usize = 64;
/// So many numbers are worth handing to another thread.
const WORTH: usize = 16 * 1024;

/// A matrix and what is added after multiplying with it.
pub struct Linear {
    weight: Tensor,
    bias: Vec<f32>,
    columns: usize,
}

impl Linear {
    /// A matrix with `columns` columns and one row for each of `bias`.
    pub fn new(weight: Vec<f32>, bias: Vec<f32>, columns: usize) -> anyhow::Result<Linear> {
        let weight = Tensor::from_vec(weight, (bias.len(), columns), &Device::Cpu)?;
        Ok(Linear {
            weight,
            bias,
            columns,
        })
    }

    /// The product with each row of `x`.
    pub fn apply(&self, x: &[f32]) -> anyhow::Result<Vec<f32>> {
        let rows = x.len() / self.columns;
        let x = Tensor::from_slice(x, (rows, self.columns), &Device::Cpu)?;
        let width = self.bias.len();
        if rows > FEW_ROWS {
            let product = x.matmul(&self.weight.t()?)?;
            return read(&product, |product| {
                let mut sum = product.to_vec();
                in_parts(&mut sum, width, |part| {
                    for row in part.chunks_exact_mut(width) {
                        row.iter_mut().zip(&self.bias).for_each(|(x, b)| *x += b);
                    }
                });
                sum
            });
        }
        let product = self.weight.matmul(&x.t()?)?;
        read(&product, |product| {
            let mut sum = vec![0.0; rows * width];
            for (i, (column, bias)) in product.chunks_exact(rows).zip(&self.bias).enumerate() {
                let places = sum[i..].iter_mut().step_by(width);
                places.zip(column).for_each(|(sum, x)| *sum = x + bias);
            }
            sum
        })
    }
}

/// Brings rows to mean 0 and spread 1, then to a scale and place of their own.
pub struct Norm {
    /// The scale of each column.
    pub weight: Vec<f32>,
    /// The place of each column.
    pub bias: Vec<f32>,
    /// Keeps a row without spread from becoming infinite.
    pub epsilon: f32,
}

impl Norm {
    /// Applies it to each row of `x`.
    pub fn apply(&self, x: &mut [f32]) {
        let width = self.weight.len();
        in_parts(x, width, |part| {
            part.chunks_exact_mut(width).for_each(|row| self.row(row));
        });
    }

    /// Adds `new` to `x`, then applies it to each row.
    pub fn add(&self, x: &mut [f32], new: &[f32]) {
        x.iter_mut().zip(new).for_each(|(x, new)| *x += new);
        self.apply(x);
    }

    fn row(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = sum(row, |x| x) / count;
        let spread = sum(row, |x| (x - mean) * (x - mean)) / count;
        let scale = 1.0 / (spread + self.epsilon).sqrt();
        for ((x, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
            *x = (*x - mean) * scale * weight + bias;
        }
    }
}

/// Lets each token of a text look at all tokens of that text. `parts` has query, key and value of each
/// token; `lengths` tells how many tokens each text has.
pub fn attention(
    parts: &[f32],
    lengths: &[usize],
    heads: usize,
    hidden: usize,
) -> anyhow::Result<Vec<f32>> {
    let mut seen = vec![0.0; parts.len() / 3];
    let mut work = Vec::with_capacity(lengths.len());
    let (mut from, mut to) = (parts, &mut seen[..]);
    for length in lengths {
        let (text, rest) = from.split_at(length * hidden * 3);
        let (place, others) = to.split_at_mut(length * hidden);
        work.push((text, place));
        (from, to) = (rest, others);
    }
    work.into_par_iter()
        .try_for_each(|(text, place)| attention_within(text, place, heads, hidden))?;
    Ok(seen)
}

fn attention_within(
    parts: &[f32],
    place: &mut [f32],
    heads: usize,
    hidden: usize,
) -> anyhow::Result<()> {
    let tokens = place.len() / hidden;
    let size = hidden / heads;
    let scale = 1.0 / (size as f32).sqrt();
    // The numbers of one head stand together.
    let part = |at: usize, scale: f32| -> anyhow::Result<Tensor> {
        let mut numbers = Vec::with_capacity(tokens * hidden);
        for head in 0..heads {
            for token in parts.chunks_exact(hidden * 3) {
                let start = at * hidden + head * size;
                numbers.extend(token[start..start + size].iter().map(|x| x * scale));
            }
        }
        Ok(Tensor::from_vec(
            numbers,
            (heads, tokens, size),
            &Device::Cpu,
        )?)
    };
    let (query, key, value) = (part(0, scale)?, part(1, 1.0)?, part(2, 1.0)?);
    let likeness = query.matmul(&key.transpose(1, 2)?)?;
    let shares = read(&likeness, |likeness| {
        let mut shares = likeness.to_vec();
        shares.chunks_exact_mut(tokens).for_each(softmax);
        shares
    })?;
    let shares = Tensor::from_vec(shares, (heads, tokens, tokens), &Device::Cpu)?;
    read(&shares.matmul(&value)?, |seen| {
        for (head, seen) in seen.chunks_exact(tokens * size).enumerate() {
            let places = place.chunks_exact_mut(hidden);
            for (token, seen) in places.zip(seen.chunks_exact(size)) {
                token[head * size..(head + 1) * size].copy_from_slice(seen);
            }
        }
    })
}

/// Numbers → shares of one.
fn softmax(row: &mut [f32]) {
    let most = row.iter().copied().fold(f32::MIN, f32::max);
    row.iter_mut().for_each(|x| *x = exp(*x - most));
    let scale = 1.0 / sum(row, |x| x);
    row.iter_mut().for_each(|x| *x *= scale);
}

/// x times the share of a normal distribution that lies below x.
pub fn gelu(x: &mut [f32]) {
    in_parts(x, 1, |part| {
        part.iter_mut()
            .for_each(|x| *x *= 0.5 + 0.5 * erf(*x * std::f32::consts::FRAC_1_SQRT_2));
    });
}

/// The error function, to 2e-7: Abramowitz and Stegun, 7.1.26.
fn erf(x: f32) -> f32 {
    const A: [f32; 5] = [
        0.254_829_6,
        -0.284_496_72,
        1.421_413_8,
        -1.453_152_1,
        1.061_405_4,
    ];
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let sum = ((((A[4] * t + A[3]) * t + A[2]) * t + A[1]) * t + A[0]) * t;
    (1.0 - sum * exp(-size * size)).copysign(x)
}

/// e to the power x, to 2e-7 of its size. In plain steps that the compiler does on several numbers at
/// once, which it cannot with the library's function.
fn exp(x: f32) -> f32 {
    /// Added to a number, it leaves the nearest whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let power = x * std::f32::consts::LOG2_E + ROUND;
    let whole = power - ROUND;
    // ln 2 in two parts: the first has few digits, so that its products are exact.
    let rest = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let series = 1.0 / 120.0 + rest * (1.0 / 720.0 + rest / 5040.0);
    let series = 1.0 / 2.0 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest * series));
    let series = 1.0 + rest * (1.0 + rest * series);
    series * f32::from_bits((power.to_bits() << 23).wrapping_add(127 << 23))
}

/// The sum of `of` over a row, several numbers at once.
fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = row.as_chunks::<8>();
    let mut sums = [0.0_f32; 8];
    for chunk in chunks {
        sums.iter_mut()
            .zip(chunk)
            .for_each(|(sum, x)| *sum += of(*x));
    }
    sums.iter().sum::<f32>() + rest.iter().map(|x| of(*x)).sum::<f32>()
}

/// Does `work` on parts of `x` that are whole rows, on all processors where that pays.
fn in_parts(x: &mut [f32], width: usize, work: impl Fn(&mut [f32]) + Sync + Send) {
    let part = WORTH.div_ceil(width) * width;
    if x.len() <= part {
        work(x);
    } else {
        x.par_chunks_mut(part).for_each(work);
    }
}

/// What stands in a tensor that was just made.
fn read<R>(tensor: &Tensor, then: impl FnOnce(&[f32]) -> R) -> anyhow::Result<R> {
    let (storage, layout) = tensor.storage_and_layout();
    let (from, to) = layout
        .contiguous_offsets()
        .context("a product that is not in order")?;
    match &*storage {
        Storage::Cpu(storage) => Ok(then(&storage.as_slice::<f32>()?[from..to])),
        _ => bail!("a product that is not in memory"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_are_as_exact_as_single_numbers_allow() {
        for i in -4000..=4000 {
            let x = i as f32 / 500.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 4e-7, "exp {x}");
        }
        for (x, exact) in [
            (0.0, 0.0),
            (0.5, 0.520_499_9),
            (-1.0, -0.842_700_8),
            (3.0, 0.999_977_9),
        ] {
            assert!((erf(x) - exact).abs() < 4e-7, "erf {x}");
        }
    }
}
