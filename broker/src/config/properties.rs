//! The text of a `.properties` file, by the rules of `java.util.Properties`.
//!
//! ```text
//! # comment            ! comment
//! key=value            key: value            key value            key
//! long.list = first,\
//!             second                        (leading blanks of a continued line are dropped)
//! escapes: \t \n \r \f \\ \= \: \# \! and \u0041
//! ```
//! A key that occurs twice keeps its last value. Values keep their trailing blanks here; typed values are
//! trimmed when they are parsed.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

use super::error::ConfigError;

/// Keys and values as text.
pub type Properties = BTreeMap<String, String>;

/// Parses the text of a `.properties` file.
///
/// # Errors
/// [`ConfigError::InvalidEscape`] if `\u` is not followed by four hexadecimal digits of a character.
pub fn parse(text: &str) -> Result<Properties, ConfigError> {
    let mut properties = Properties::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, first)) = lines.next() {
        let start = first.trim_start();
        if start.is_empty() || start.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = start.to_owned();
        while ends_in_continuation(&logical) {
            logical.pop();
            match lines.next() {
                Some((_, next)) => logical.push_str(next.trim_start()),
                None => break,
            }
        }
        let (key, value) = split(&logical, index + 1)?;
        properties.insert(key, value);
    }
    Ok(properties)
}

/// A line goes on when it ends in an odd number of backslashes.
fn ends_in_continuation(line: &str) -> bool {
    line.chars().rev().take_while(|character| *character == '\\').count() % 2 == 1
}

fn split(logical: &str, line: usize) -> Result<(String, String), ConfigError> {
    let mut characters = logical.chars().peekable();
    let mut key = String::new();
    while let Some(character) = characters.peek().copied() {
        if character.is_whitespace() || matches!(character, '=' | ':') {
            break;
        }
        characters.next();
        key.push(if character == '\\' { unescape(&mut characters, line)? } else { character });
    }
    skip_blanks(&mut characters);
    if characters.next_if(|character| matches!(character, '=' | ':')).is_some() {
        skip_blanks(&mut characters);
    }
    let mut value = String::new();
    while let Some(character) = characters.next() {
        value.push(if character == '\\' { unescape(&mut characters, line)? } else { character });
    }
    Ok((key, value))
}

fn skip_blanks(characters: &mut Peekable<Chars<'_>>) {
    while characters.next_if(|character| character.is_whitespace()).is_some() {}
}

fn unescape(characters: &mut Peekable<Chars<'_>>, line: usize) -> Result<char, ConfigError> {
    Ok(match characters.next() {
        Some('t') => '\t',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('f') => '\u{c}',
        Some('u') => {
            let digits: String = characters.by_ref().take(4).collect();
            u32::from_str_radix(&digits, 16)
                .ok()
                .filter(|_| digits.len() == 4)
                .and_then(char::from_u32)
                .ok_or_else(|| ConfigError::InvalidEscape { line, sequence: format!("\\u{digits}") })?
        }
        Some(other) => other,
        None => '\\',
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, key: &str) -> String {
        parse(text).unwrap()[key].clone()
    }

    #[test]
    fn keys_end_at_an_equals_sign_a_colon_or_a_blank() {
        let properties = parse("a=1\nb: 2\nc 3\n d = 4\ne\n").unwrap();
        let pairs: Vec<_> = properties.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", "")]);
    }

    #[test]
    fn comments_and_empty_lines_are_skipped() {
        assert!(parse("# a=1\n  ! b=2\n\n   \n").unwrap().is_empty());
    }

    #[test]
    fn a_value_keeps_separators_after_the_first() {
        assert_eq!(value("listeners=PLAINTEXT://:9092", "listeners"), "PLAINTEXT://:9092");
    }

    #[test]
    fn a_backslash_continues_the_line_without_the_next_lines_indent() {
        assert_eq!(value("dirs=/a,\\\n    /b,\\\n    /c", "dirs"), "/a,/b,/c");
        assert_eq!(value("path=C:\\\\\nnext=1", "path"), "C:\\");
    }

    #[test]
    fn escapes_become_the_characters_they_name() {
        assert_eq!(value("a=x\\ty\\u0041\\=", "a"), "x\tyA=");
        assert_eq!(value("a\\ b=1", "a b"), "1");
        assert_eq!(
            parse("ok=1\nbad=\\u00g1"),
            Err(ConfigError::InvalidEscape { line: 2, sequence: "\\u00g1".to_owned() })
        );
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        assert_eq!(value("a=1\na=2", "a"), "2");
    }
}
