//! `tidemill produce`: one record for each line of stdin, or one for `--value`.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Read};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use parking_lot::{Condvar, Mutex};
use serde::Serialize;
use tidemill_client::{
    BlockingProducer, DeliveryError, Header, Producer, ProducerConfig, ProducerRecord, RecordMetadata,
};

use crate::arguments::{Connection, Output, Pair, pair, point_in_time};
use crate::output::{self, Row};

/// The longest line that is read; brokers take 1 MiB by default.
const MAX_LINE_BYTES: u64 = 100 * 1024 * 1024;
/// How often the progress is drawn, in records.
const PROGRESS_EVERY: u64 = 256;
/// How long unacknowledged records are waited for at the end; `delivery.timeout.ms` ends earlier by default.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(600);

/// How long callbacks of answered records may take to run.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(5);

/// Arguments of `tidemill produce`.
#[derive(Debug, Args)]
pub(crate) struct ProduceArguments {
    /// Topic to write to
    topic: String,
    /// The value of a single record; without it every line of stdin is one
    #[arg(long)]
    value: Option<String>,
    /// Send one null value, which deletes the key from a compacted topic
    #[arg(long, conflicts_with = "value", requires = "key")]
    tombstone: bool,
    /// The key of every record
    #[arg(short, long)]
    key: Option<String>,
    /// Each line is KEY, this separator, VALUE
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["key", "value"])]
    key_separator: Option<String>,
    /// A header of every record; may be given several times
    #[arg(short = 'H', long = "header", value_name = "NAME=VALUE", value_parser = pair)]
    headers: Vec<Pair>,
    /// The timestamp of every record, RFC 3339 or milliseconds; without it the time of sending
    #[arg(long, value_name = "TIME", value_parser = point_in_time)]
    timestamp: Option<i64>,
    /// The partition of every record; without it the key, or chance, decides
    #[arg(short, long)]
    partition: Option<i32>,
    /// How batches are compressed
    #[arg(short = 'z', long, value_enum)]
    compression: Option<Codec>,
    /// Who must have a record before it counts as written
    #[arg(long, value_enum)]
    acks: Option<AcksArgument>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Codec {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AcksArgument {
    /// Nobody: fast, and nobody knows
    #[value(name = "0")]
    None,
    /// The leader of the partition
    #[value(name = "1")]
    Leader,
    /// Every in-sync replica
    #[value(name = "all")]
    All,
}

/// The name that a value has on the command line, which is also the one in Kafka's configuration.
fn name_of(value: impl ValueEnum) -> Option<String> {
    value.to_possible_value().map(|value| value.get_name().to_owned())
}

/// What was written to one partition.
#[derive(Debug, Clone, Serialize)]
struct WrittenRow {
    topic: String,
    partition: i32,
    records: u64,
    first_offset: i64,
    last_offset: i64,
}

impl Row for WrittenRow {
    const TITLES: &'static [&'static str] = &["TOPIC", "PARTITION", "RECORDS", "FIRST", "LAST"];

    fn cells(&self) -> Vec<String> {
        let offset = |offset: i64| output::or_dash(Some(offset).filter(|offset| *offset >= 0));
        vec![
            self.topic.clone(),
            self.partition.to_string(),
            self.records.to_string(),
            offset(self.first_offset),
            offset(self.last_offset),
        ]
    }
}

/// What became of the records so far. Bounded by the number of partitions.
#[derive(Debug, Default)]
struct Tally {
    answered: u64,
    written: BTreeMap<i32, WrittenRow>,
    failed: u64,
    first_error: Option<DeliveryError>,
}

impl Tally {
    fn add(&mut self, result: Result<RecordMetadata, DeliveryError>) {
        self.answered += 1;
        match result {
            Ok(metadata) => {
                let row = self.written.entry(metadata.partition).or_insert_with(|| WrittenRow {
                    topic: metadata.topic.to_string(),
                    partition: metadata.partition,
                    records: 0,
                    first_offset: metadata.offset,
                    last_offset: metadata.offset,
                });
                row.records += 1;
                row.first_offset = row.first_offset.min(metadata.offset);
                row.last_offset = row.last_offset.max(metadata.offset);
            }
            Err(error) => {
                self.failed += 1;
                self.first_error.get_or_insert(error);
            }
        }
    }
}

pub(crate) fn run(arguments: &ProduceArguments) -> anyhow::Result<ExitCode> {
    let mut properties = arguments.connection.properties(&[("max.block.ms", "15000")])?;
    let named = [
        ("compression.type", arguments.compression.and_then(name_of)),
        ("acks", arguments.acks.and_then(name_of)),
    ];
    for (key, value) in named {
        properties.extend(value.map(|value| (key.to_owned(), value)));
    }
    let producer = Producer::connect(ProducerConfig::from_properties(&properties)?)?.blocking();
    let sending = Sending::new(arguments, producer);
    let sent = if arguments.value.is_some() || arguments.tombstone {
        sending.send(arguments.value.as_deref().map(|value| Bytes::from(value.to_owned())), None)
    } else {
        sending.send_lines(io::stdin().lock())
    };
    // What was accepted is waited for also when reading failed.
    let finished = sending.finish(arguments.output);
    sent.and(finished)?;
    Ok(ExitCode::SUCCESS)
}

/// A producer and what every record has.
struct Sending<'a> {
    arguments: &'a ProduceArguments,
    topic: Arc<str>,
    headers: Vec<Header>,
    producer: BlockingProducer,
    tally: Arc<(Mutex<Tally>, Condvar)>,
    accepted: AtomicU64,
    bytes: AtomicU64,
    progress: ProgressBar,
}

impl<'a> Sending<'a> {
    fn new(arguments: &'a ProduceArguments, producer: BlockingProducer) -> Self {
        let header =
            |(key, value): &Pair| Header { key: key.clone(), value: Some(Bytes::from(value.clone())) };
        // Draws nothing where stderr is no terminal.
        let progress = ProgressBar::new_spinner().with_style(
            ProgressStyle::with_template("{spinner} {human_pos} records, {per_sec}")
                .expect("the template is well-formed"),
        );
        Self {
            topic: Arc::from(arguments.topic.as_str()),
            headers: arguments.headers.iter().map(header).collect(),
            arguments,
            producer,
            tally: Arc::default(),
            accepted: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            progress,
        }
    }

    fn send_lines(&self, mut input: impl BufRead) -> anyhow::Result<()> {
        if io::stdin().is_terminal() {
            eprintln!("each line is a record; Ctrl-D ends the input");
        }
        let mut line = Vec::new();
        for number in 1_u64.. {
            line.clear();
            let read = (&mut input)
                .take(MAX_LINE_BYTES + 1)
                .read_until(b'\n', &mut line)
                .context("cannot read stdin")?;
            if read == 0 {
                break;
            }
            if line.ends_with(b"\n") {
                line.pop();
            }
            ensure!(
                line.len() as u64 <= MAX_LINE_BYTES,
                "line {number} is longer than {MAX_LINE_BYTES} bytes"
            );
            let (key, value) = match &self.arguments.key_separator {
                Some(separator) => split(&line, separator.as_bytes()).with_context(|| {
                    format!("line {number} does not contain the key separator {separator:?}")
                })?,
                None => (None, line.as_slice()),
            };
            self.send(Some(Bytes::copy_from_slice(value)), key.map(Bytes::copy_from_slice))?;
            if number % PROGRESS_EVERY == 0 {
                self.progress.set_position(number);
            }
        }
        Ok(())
    }

    fn send(&self, value: Option<Bytes>, key: Option<Bytes>) -> anyhow::Result<()> {
        let key = key.or_else(|| self.arguments.key.clone().map(Bytes::from));
        let size = key.as_ref().map_or(0, Bytes::len) + value.as_ref().map_or(0, Bytes::len);
        self.bytes.fetch_add(size as u64, Ordering::Relaxed);
        let record = ProducerRecord {
            topic: Arc::clone(&self.topic),
            partition: self.arguments.partition,
            key,
            value,
            headers: self.headers.clone(),
            timestamp: self.arguments.timestamp,
        };
        let tally = Arc::clone(&self.tally);
        self.producer.send_with(record, move |result| {
            tally.0.lock().add(result);
            tally.1.notify_one();
        })?;
        self.accepted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Waits for everything that was accepted, and says what became of it.
    fn finish(self, output: Output) -> anyhow::Result<()> {
        // A failed delivery is in the tally, with its reason.
        drop(self.producer.close(CLOSE_TIMEOUT));
        let elapsed = self.progress.elapsed();
        self.progress.finish_and_clear();
        let tally = self.tally_of_all();
        let rows: Vec<WrittenRow> = tally.written.into_values().collect();
        output::print(&rows, output.format)?;
        let records: u64 = rows.iter().map(|row| row.records).sum();
        eprintln!("{}", summary(records, self.bytes.into_inner(), elapsed));
        match tally.first_error {
            None => Ok(()),
            Some(error) => Err(anyhow::Error::new(error)
                .context(format!("{} not written", output::counted(tally.failed, "record")))),
        }
    }
}

impl Sending<'_> {
    /// Waits for the callbacks, which may still run when the producer is closed.
    fn tally_of_all(&self) -> Tally {
        let (tally, changed) = &*self.tally;
        let accepted = self.accepted.load(Ordering::Relaxed);
        let mut tally = tally.lock();
        changed.wait_while_for(&mut tally, |tally| tally.answered < accepted, CALLBACK_TIMEOUT);
        std::mem::take(&mut *tally)
    }
}

/// The part before the first separator and the part after it.
fn split<'a>(line: &'a [u8], separator: &[u8]) -> Option<(Option<&'a [u8]>, &'a [u8])> {
    if separator.is_empty() {
        return None;
    }
    let at = line.windows(separator.len()).position(|window| window == separator)?;
    Some((Some(&line[..at]), &line[at + separator.len()..]))
}

fn summary(records: u64, bytes: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rate = records as f64 / seconds;
    format!(
        "wrote {}, {} in {seconds:.1} s ({} a second)",
        output::counted(records, "record"),
        indicatif::HumanBytes(bytes),
        output::thousands(rate as u64)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_at_its_first_separator() {
        assert_eq!(split(b"k::v::w", b"::"), Some((Some(&b"k"[..]), &b"v::w"[..])));
        assert_eq!(split(b":v", b":"), Some((Some(&b""[..]), &b"v"[..])));
        assert_eq!(split(b"no separator", b":"), None);
        assert_eq!(split(b"anything", b""), None);
    }

    #[test]
    fn the_tally_knows_first_and_last_offset_of_each_partition() {
        let written =
            |partition, offset| RecordMetadata { topic: Arc::from("t"), partition, offset, timestamp: 0 };
        let mut tally = Tally::default();
        [written(1, 7), written(0, 3), written(1, 6)]
            .into_iter()
            .for_each(|metadata| tally.add(Ok(metadata)));
        let rows: Vec<Vec<String>> = tally.written.values().map(Row::cells).collect();
        assert_eq!(rows, [["t", "0", "1", "3", "3"], ["t", "1", "2", "6", "7"]]);
    }

    #[test]
    fn the_summary_states_the_rate() {
        assert_eq!(
            summary(2_000, 4_096, Duration::from_secs(2)),
            "wrote 2,000 records, 4.00 KiB in 2.0 s (1,000 a second)"
        );
    }
}
