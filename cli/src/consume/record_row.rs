//! A record as text: a line of a table, an element of a JSON array, a JSON line.

use serde::Serialize;
use serde_json::{Value, json};
use tidemill_client::{ConsumedBatch, RecordRef};

use crate::arguments::OutputFormat;
use crate::{output, timestamp};

/// A record in JSON. Keys and values are text where they are UTF-8, otherwise `{"hex": ".."}`.
#[derive(Debug, Serialize)]
struct RecordRow<'a> {
    topic: &'a str,
    partition: i32,
    offset: i64,
    timestamp: i64,
    key: Value,
    value: Value,
    headers: Vec<HeaderRow>,
}

#[derive(Debug, Serialize)]
struct HeaderRow {
    key: String,
    value: Value,
}

/// Turns records into text, one after the other.
#[derive(Debug)]
pub(super) struct Printer {
    format: OutputFormat,
    text: String,
    first: bool,
}

impl Printer {
    pub(super) fn new(format: OutputFormat) -> Self {
        Self { format, text: String::new(), first: true }
    }

    /// Adds a record of `batch`.
    pub(super) fn add(&mut self, batch: &ConsumedBatch, record: &RecordRef<'_>) -> anyhow::Result<()> {
        let first = std::mem::take(&mut self.first);
        match self.format {
            OutputFormat::Table => {
                if first {
                    self.text +=
                        &table_line(["PARTITION", "OFFSET", "TIMESTAMP", "KEY", "VALUE"].map(str::to_owned));
                }
                self.text += &table_line([
                    batch.partition().to_string(),
                    record.offset.to_string(),
                    if record.timestamp < 0 { "-".to_owned() } else { timestamp::format(record.timestamp) },
                    cell(record.key),
                    cell(record.value),
                ]);
            }
            OutputFormat::Json => {
                self.text += if first { "[\n" } else { ",\n" };
                self.text += &serde_json::to_string(&row(batch, record))?;
            }
            OutputFormat::Jsonl => {
                self.text += &serde_json::to_string(&row(batch, record))?;
                self.text.push('\n');
            }
        }
        Ok(())
    }

    /// Returns the text so far and forgets it.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Returns what closes the output.
    pub(super) fn finish(self) -> String {
        match self.format {
            OutputFormat::Json if self.first => "[]\n".to_owned(),
            OutputFormat::Json => "\n]\n".to_owned(),
            OutputFormat::Table | OutputFormat::Jsonl => String::new(),
        }
    }
}

/// Columns have fixed widths, because the records that follow are not known yet; a longer cell shifts its own line.
fn table_line([partition, offset, timestamp, key, value]: [String; 5]) -> String {
    let line = format!("{partition:<9}  {offset:<10}  {timestamp:<24}  {key:<12}  {value}");
    line.trim_end().to_owned() + "\n"
}

/// Text that cannot steer the terminal; null is told from empty text.
fn cell(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(|| "null".to_owned(), |bytes| output::printable(&String::from_utf8_lossy(bytes)))
}

fn row<'a>(batch: &'a ConsumedBatch, record: &RecordRef<'_>) -> RecordRow<'a> {
    let header = |(key, value): (&[u8], Option<&[u8]>)| HeaderRow {
        key: String::from_utf8_lossy(key).into_owned(),
        value: json_of(value),
    };
    RecordRow {
        topic: batch.topic(),
        partition: batch.partition(),
        offset: record.offset,
        timestamp: record.timestamp,
        key: json_of(record.key),
        value: json_of(record.value),
        headers: record.headers.clone().map(|found| header((found.key, found.value))).collect(),
    }
}

fn json_of(bytes: Option<&[u8]>) -> Value {
    let Some(bytes) = bytes else { return Value::Null };
    match std::str::from_utf8(bytes) {
        Ok(text) => Value::from(text),
        Err(_) => json!({ "hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text_and_other_bytes_become_hexadecimal() {
        assert_eq!(json_of(Some("é".as_bytes())), json!("é"));
        assert_eq!(json_of(Some(&[0, 255])), json!({ "hex": "00ff" }));
        assert_eq!(json_of(None), Value::Null);
    }

    #[test]
    fn an_empty_json_output_is_an_empty_array() {
        assert_eq!(Printer::new(OutputFormat::Json).finish(), "[]\n");
        assert_eq!(Printer::new(OutputFormat::Table).finish(), "");
    }

    #[test]
    fn a_record_cannot_steer_the_terminal() {
        assert_eq!(cell(Some(b"\x1b[2J")), "\\u{1b}[2J");
        assert_eq!(cell(None), "null");
    }
}
