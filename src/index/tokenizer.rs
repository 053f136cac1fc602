//! The language module's terms and grams as tantivy's token streams.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::language::{self, Term};

/// The name under which [`language::terms`] is registered.
pub const TERMS: &str = "referent_terms";
/// The name under which [`language::grams`] is registered.
pub const GRAMS: &str = "referent_grams";

/// Makes both analyzers known to `index`.
pub fn register(index: &tantivy::Index) {
    index
        .tokenizers()
        .register(TERMS, Analyzer(language::terms));
    index
        .tokenizers()
        .register(GRAMS, Analyzer(language::grams));
}

#[derive(Clone)]
struct Analyzer(fn(&str) -> Vec<Term>);

impl Tokenizer for Analyzer {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        Tokens {
            terms: (self.0)(text).into_iter(),
            token: Token::default(),
        }
    }
}

struct Tokens {
    terms: std::vec::IntoIter<Term>,
    token: Token,
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        let Some(term) = self.terms.next() else {
            return false;
        };
        self.token = Token {
            offset_from: term.start,
            offset_to: term.end,
            position: term.position,
            text: term.text,
            position_length: 1,
        };
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
