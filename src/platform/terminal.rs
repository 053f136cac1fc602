//! The conversation in a terminal, or over a pipe: a line in, an answer out.

use std::io::{BufRead, IsTerminal, Write};

use crate::bot::Bot;
use crate::bot::ask::Conversation;
use crate::bot::command::{Command, Reply, Seen};
use crate::clock::today;
use crate::language::{Language, detect};
use crate::render::phrases;
use crate::render::plain::{self, Style};

/// Talks until the input ends or a line says so.
pub fn converse(bot: &Bot, style: Style) -> anyhow::Result<()> {
    let mut talk = Talk {
        bot,
        style,
        conversation: Conversation::default(),
    };
    if !std::io::stdin().is_terminal() {
        // Lines in some other encoding are read as well as they can be.
        for line in std::io::stdin().lock().split(b'\n') {
            if talk.line(&String::from_utf8_lossy(&line?))? == Next::End {
                break;
            }
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
        editor.add_history_entry(line.as_str())?;
        if talk.line(&line)? == Next::End {
            break;
        }
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Next {
    Line,
    End,
}

struct Talk<'a> {
    bot: &'a Bot,
    style: Style,
    conversation: Conversation,
}

impl Talk<'_> {
    fn line(&mut self, line: &str) -> anyhow::Result<Next> {
        let said = match line.trim() {
            "" => return Ok(Next::Line),
            "/slutt" | "/quit" | "/exit" | "slutt" | "quit" | "exit" => return Ok(Next::End),
            command if command.starts_with('/') => match command.split_once(' ') {
                Some((name, topic)) => self.card(name, topic.trim())?,
                None => help(command),
            },
            question => plain::answer(
                &self.bot.ask_in(question, &mut self.conversation)?,
                &self.bot.searched(),
                self.style,
            ),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{said}")?;
        out.flush()?;
        Ok(Next::Line)
    }

    /// Where a matter stands or who holds what on it, which the next questions may go on with.
    fn card(&mut self, name: &str, topic: &str) -> anyhow::Result<String> {
        let command = match name {
            "/status" => Command::Status(topic.to_owned()),
            "/syn" | "/positions" => Command::Positions(topic.to_owned(), None),
            _ => return Ok(help(topic)),
        };
        let seen = Seen::default();
        let reply = self
            .bot
            .reply(&command, &mut self.conversation, &seen, today()?)?;
        Ok(match reply {
            Reply::Status(status) => plain::status(&status, self.style),
            Reply::Positions(positions, searched) => {
                plain::positions(&positions, &searched, self.style)
            }
            _ => help(topic),
        })
    }
}

fn help(said: &str) -> String {
    format!("{}\n", phrases::chat_help(detect(said)))
}
