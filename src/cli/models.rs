//! The command `model`: which sentence models are there, and getting one.

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::arguments::ModelCommand;
use super::console::{progress_bar, show};
use crate::app::App;
use crate::semantic::{FILES, fetch};

/// Gets a model, or lists those that are there.
pub(super) fn run(
    app: &App,
    command: Option<ModelCommand>,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if let Some(ModelCommand::Fetch { name }) = command {
        let hub = std::env::var("HF_ENDPOINT")
            .ok()
            .filter(|hub| !hub.is_empty());
        let bar = progress_bar();
        let folder = fetch::fetch(
            &name,
            hub.as_deref().unwrap_or(fetch::HUB),
            &app.models(),
            &mut |file, done, total| show(&bar, done, total, file),
        )?;
        bar.finish_and_clear();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if json {
            writeln!(out, "{}", json!({"model": name, "path": folder}))?;
        } else {
            writeln!(
                out,
                "{} is there. To search by meaning, write into config.toml:\n\n[semantic]\nmodel = \"{name}\"\n\nand run `referent index`.",
                folder.display()
            )?;
        }
        return Ok(());
    }
    let used = app.model_folder();
    let mut folders: Vec<PathBuf> = std::fs::read_dir(app.models())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| FILES.iter().all(|file| path.join(file).is_file()))
        .filter(|path| path.extension().is_none_or(|e| e != "part" && e != "old"))
        .chain(used.clone())
        .collect();
    folders.sort();
    folders.dedup();
    let is_used = |folder: &PathBuf| used.as_ref() == Some(folder);
    if json {
        let list: Vec<Value> = folders
            .iter()
            .map(|folder| json!({"path": folder, "used": is_used(folder)}))
            .collect();
        return Ok(writeln!(out, "{}", Value::Array(list))?);
    }
    for folder in &folders {
        let mark = if is_used(folder) { "used" } else { "" };
        writeln!(out, "{mark:5} {}", folder.display())?;
    }
    if used.is_none() {
        writeln!(out, "{NO_MODEL}")?;
    }
    Ok(())
}

/// What is said where no model is configured.
pub(super) const NO_MODEL: &str =
    "no model is configured, so search goes by words only: `referent model fetch` gets one";
