//! The conversation in a terminal, or over a pipe: a line in, an answer out.

use std::io::{BufRead, IsTerminal, Write};

use crate::bot::Bot;
use crate::bot::ask::Conversation;
use crate::language::Language;
use crate::render::phrases;
use crate::render::plain::{self, Style};

/// Talks until the input ends.
pub fn converse(bot: &Bot, style: Style) -> anyhow::Result<()> {
    let mut conversation = Conversation::default();
    if !std::io::stdin().is_terminal() {
        for line in std::io::stdin().lock().lines() {
            reply(bot, &line?, &mut conversation, style)?;
        }
        return Ok(());
    }
    let documents = bot
        .entries()
        .iter()
        .filter(|entry| entry.metadata().is_some())
        .count();
    println!("{}\n", phrases::greeting(documents, Language::Bokmal));
    let mut editor = rustyline::DefaultEditor::new()?;
    // The end of the input and Ctrl-C are ways to leave, not errors.
    while let Ok(line) = editor.readline("> ") {
        if line.trim().is_empty() || matches!(line.trim(), "/slutt" | "/quit" | "/exit") {
            break;
        }
        editor.add_history_entry(line.as_str())?;
        reply(bot, &line, &mut conversation, style)?;
    }
    Ok(())
}

fn reply(
    bot: &Bot,
    line: &str,
    conversation: &mut Conversation,
    style: Style,
) -> anyhow::Result<()> {
    if line.trim().is_empty() {
        return Ok(());
    }
    let answer = bot.ask_in(line, conversation)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", plain::answer(&answer, style))?;
    Ok(out.flush()?)
}
