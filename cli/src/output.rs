//! Printing rows as a table, as JSON, or as JSON lines.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::arguments::OutputFormat;

/// Something that can be a row of a table.
pub(crate) trait Row: Serialize {
    /// The columns' titles.
    const TITLES: &'static [&'static str];

    /// The cells, as many as titles.
    fn cells(&self) -> Vec<String>;
}

/// Prints `rows` to stdout in the asked form.
pub(crate) fn print<R: Row>(rows: &[R], format: OutputFormat) -> anyhow::Result<()> {
    let text = match format {
        OutputFormat::Table => table(rows),
        OutputFormat::Json => format!("{}\n", serde_json::to_string_pretty(rows)?),
        OutputFormat::Jsonl => {
            let lines: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
            lines?.into_iter().map(|line| line + "\n").collect()
        }
    };
    write(&text)
}

/// Writes to stdout; a reader that went away (`| head`) ends the program quietly.
pub(crate) fn write(text: &str) -> anyhow::Result<()> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        result => Ok(result?),
    }
}

fn table<R: Row>(rows: &[R]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(R::TITLES);
    rows.iter().for_each(|row| {
        table.add_row(row.cells());
    });
    let lines =
        table.lines().map(|line| line.trim_end().strip_prefix(' ').unwrap_or_default().to_owned() + "\n");
    lines.collect()
}

/// Text with its control characters spelled out, so that data cannot steer the terminal that shows it.
pub(crate) fn printable(text: &str) -> String {
    let spelled = |character: char| match character {
        '\t' => "\t".to_owned(),
        character if character.is_control() => character.escape_default().to_string(),
        character => character.to_string(),
    };
    text.chars().map(spelled).collect()
}

/// A value, or a dash where there is none.
pub(crate) fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// A number with commas between its thousands.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and its noun, which gets an `s` unless there is one of it.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// Parts what worked from what did not, when one call was about several things.
pub(crate) fn part<K, T, E: Into<anyhow::Error>>(
    results: Vec<(K, Result<T, E>)>,
) -> (Vec<(K, T)>, Vec<String>) {
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for (key, result) in results {
        match result {
            Ok(value) => done.push((key, value)),
            Err(error) => failed.push(sentence(&error.into())),
        }
    }
    (done, failed)
}

/// Fails if one of several things did, with all that went wrong.
pub(crate) fn all_worked(failed: &[String]) -> anyhow::Result<()> {
    if failed.is_empty() { Ok(()) } else { Err(anyhow::anyhow!(failed.join("; "))) }
}

/// An error with its causes in one line.
pub(crate) fn sentence(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        // Transparent errors repeat their cause's text.
        if parts.last() != Some(&cause) {
            parts.push(cause);
        }
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Pair(&'static str, u32);

    impl Row for Pair {
        const TITLES: &'static [&'static str] = &["NAME", "COUNT"];

        fn cells(&self) -> Vec<String> {
            vec![self.0.to_owned(), self.1.to_string()]
        }
    }

    #[test]
    fn columns_line_up_under_their_titles() {
        assert_eq!(table(&[Pair("a", 1), Pair("longer", 22)]), "NAME    COUNT\na       1\nlonger  22\n");
        assert_eq!(table::<Pair>(&[]), "NAME  COUNT\n");
    }

    #[test]
    fn an_empty_cell_keeps_its_column() {
        assert_eq!(table(&[Pair("", 1)]), "NAME  COUNT\n      1\n");
    }

    #[test]
    fn control_characters_are_spelled_out() {
        assert_eq!(printable("a\u{1b}[2Jé\n\tb"), "a\\u{1b}[2Jé\\n\tb");
    }

    #[test]
    fn thousands_are_separated() {
        let written = [0, 999, 1_000, 27_004, 1_336_776].map(thousands);
        assert_eq!(written, ["0", "999", "1,000", "27,004", "1,336,776"]);
        assert_eq!(counted(1, "record"), "1 record");
        assert_eq!(counted(0, "record"), "0 records");
    }

    #[test]
    fn an_error_is_told_with_its_causes_once() {
        let error = anyhow::anyhow!("no route").context("cannot connect").context("cannot connect");
        assert_eq!(sentence(&error), "cannot connect: no route");
    }
}
