//! What happens to stored records in the background and by a change of configuration: compaction, scrub, retention.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use tidemill_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use tidemill_protocol::records::{BatchBuilder, BatchOptions, Compression, RecordBatch, TimestampType};
use tidemill_protocol::{ErrorCode, Records};

use crate::wire::{TestBroker, Wire, batch, batch_with, records};

/// A broker that cleans, scrubs and deletes as often as it can.
const BUSY: &[(&str, &str)] = &[
    ("log.cleaner.backoff.ms", "10"),
    ("log.scrub.interval.ms", "10"),
    ("log.retention.check.interval.ms", "10"),
];
const COMPACTED: &[(&str, &str)] = &[
    ("cleanup.policy", "compact"),
    ("internal.segment.bytes", "200"),
    ("min.cleanable.dirty.ratio", "0.01"),
];

fn keyed(key: &str, value: &str) -> Bytes {
    let mut builder = BatchBuilder::new(BatchOptions::default());
    builder.try_append(1_000, Some(key.as_bytes()), Some(value.as_bytes()), &[]).unwrap();
    builder.build().unwrap()
}

fn produce(wire: &mut Wire, topic: &str, batch: Bytes) {
    let answer = wire.produce(topic, batch, -1);
    assert_eq!(answer.error_code, 0, "{answer:?}");
}

/// Looks again until `found` says something; a fetch at the end of a topic is the pause between two looks.
fn eventually<T>(wire: &mut Wire, topic: &str, mut found: impl FnMut(&mut Wire) -> Option<T>) -> T {
    for _ in 0..1_000 {
        if let Some(found) = found(wire) {
            return found;
        }
        let end_offset = wire.fetch(topic, 0, 0).high_watermark.max(0);
        wire.fetch(topic, end_offset, 20);
    }
    panic!("nothing came of it in 20 seconds");
}

fn alter(wire: &mut Wire, topic: &str, key: &str, value: &str) {
    let config = AlterableConfig { name: key.into(), config_operation: 0, value: Some(value.into()) };
    let resource =
        AlterConfigsResource { resource_type: 2, resource_name: topic.into(), configs: vec![config] };
    let request = IncrementalAlterConfigsRequest { resources: vec![resource], ..Default::default() };
    let response = wire.newest(&request);
    assert_eq!(response.responses[0].error_code, 0, "{response:?}");
}

fn segment_files(directory: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "log")).collect();
    files.sort();
    files
}

/// All records from `offset` on; one fetch returns those of one segment.
fn all(wire: &mut Wire, topic: &str, mut offset: i64) -> Vec<(i64, String)> {
    let mut found = Vec::new();
    loop {
        let more = records(&wire.fetch(topic, offset, 0));
        let Some((last, _)) = more.last() else {
            return found;
        };
        offset = last + 1;
        found.extend(more);
    }
}

/// Flips a bit of the last byte of a file.
fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_compacted_topic_keeps_the_last_value_of_each_key_and_its_offsets() {
    let mut broker = TestBroker::with(BUSY);
    let mut wire = broker.connect();
    wire.create_topic("table", 1, COMPACTED);
    for round in 0..20 {
        produce(&mut wire, "table", keyed(&format!("key {}", round % 2), &format!("value {round}")));
    }
    let compacted = |wire: &mut Wire| {
        let found = all(wire, "table", 0);
        // The segment being written is never compacted, and the one before it has its last batch.
        (found.len() <= 4).then_some(found)
    };
    let found = eventually(&mut wire, "table", compacted);
    // A later pass may drop more of what is superseded, and nothing else.
    let still_holds = |read: &[(i64, String)]| {
        assert!(read.ends_with(&[(18, "value 18".into()), (19, "value 19".into())]), "{read:?}");
        assert!(read.iter().all(|record| found.contains(record)), "{read:?} is not within {found:?}");
        assert!(read.iter().all(|(offset, value)| *value == format!("value {offset}")), "{read:?}");
    };
    still_holds(&found);
    still_holds(&all(&mut wire, "table", 3));
    let checkpoint = broker.dir.path().join("cleaner-offset-checkpoint");
    let text = eventually(&mut wire, "table", |_| std::fs::read_to_string(&checkpoint).ok());
    assert!(text.starts_with("0\n1\ntable 0 "), "{text}");
    broker.restart();
    let mut wire = broker.connect();
    still_holds(&all(&mut wire, "table", 0));
    produce(&mut wire, "table", keyed("key 0", "value 20"));
    assert_eq!(records(&wire.fetch("table", 20, 0)), [(20, "value 20".into())]);
}

#[test]
fn a_log_that_cannot_be_compacted_does_not_stop_the_others() {
    let broker = TestBroker::with(BUSY);
    let mut wire = broker.connect();
    // Nothing is dirty enough until the ratio is lowered: the damage comes first.
    let lazy = [COMPACTED[0], COMPACTED[1], ("min.cleanable.dirty.ratio", "1.0")];
    for topic in ["damaged", "intact"] {
        wire.create_topic(topic, 1, &lazy);
        for round in 0..20 {
            produce(&mut wire, topic, keyed("key", &format!("value {round}")));
        }
    }
    flip(&segment_files(&broker.dir.path().join("damaged-0"))[0]);
    for topic in ["damaged", "intact"] {
        alter(&mut wire, topic, "min.cleanable.dirty.ratio", "0.01");
    }
    let compacted = |wire: &mut Wire| (all(wire, "intact", 0).len() <= 3).then_some(());
    eventually(&mut wire, "intact", compacted);
    assert!(segment_files(&broker.dir.path().join("damaged-0")).len() > 5);
    produce(&mut wire, "damaged", keyed("key", "still served"));
}

#[test]
fn a_bit_that_flips_is_found_by_the_scrub_and_refused_and_nothing_else_is() {
    let broker = TestBroker::with(BUSY);
    let mut wire = broker.connect();
    wire.create_topic("facts", 1, &[("internal.segment.bytes", "200"), ("retention.ms", "-1")]);
    for round in 0..9 {
        produce(&mut wire, "facts", batch(&[&format!("fact {round}")]));
    }
    let files = segment_files(&broker.dir.path().join("facts-0"));
    assert!(files.len() > 3, "{files:?}");
    // The last batch of the second segment.
    flip(&files[1]);
    let base = |path: &Path| path.file_stem().unwrap().to_str().unwrap().parse::<i64>().unwrap();
    let damaged = base(&files[2]) - 1;
    let refused = |wire: &mut Wire| {
        let data = wire.fetch("facts", damaged, 0);
        (data.error_code == ErrorCode::CorruptMessage.code()).then_some(data)
    };
    eventually(&mut wire, "facts", refused);
    let offsets = |wire: &mut Wire, from: i64| {
        records(&wire.fetch("facts", from, 0)).into_iter().map(|(offset, _)| offset).collect::<Vec<_>>()
    };
    assert_eq!(offsets(&mut wire, 0).first(), Some(&0));
    let before = offsets(&mut wire, base(&files[1]));
    assert_eq!(before, (base(&files[1])..damaged).collect::<Vec<_>>());
    assert_eq!(offsets(&mut wire, damaged + 1).first(), Some(&(damaged + 1)));
}

#[test]
fn retention_that_is_changed_takes_effect_at_once() {
    let broker = TestBroker::with(BUSY);
    let mut wire = broker.connect();
    wire.create_topic("events", 1, &[("internal.segment.bytes", "200"), ("retention.ms", "-1")]);
    for round in 0..10 {
        produce(&mut wire, "events", batch(&[&format!("event {round}")]));
    }
    let start = |wire: &mut Wire| wire.fetch("events", 9, 0).log_start_offset;
    assert_eq!(start(&mut wire), 0);
    alter(&mut wire, "events", "retention.bytes", "300");
    let begun = eventually(&mut wire, "events", |wire| Some(start(wire)).filter(|start| *start > 0));
    assert!(begun < 9, "{begun}");
    assert_eq!(records(&wire.fetch("events", begun, 0)).first().map(|(offset, _)| *offset), Some(begun));
    // The records are of the year 1970.
    alter(&mut wire, "events", "retention.ms", "1000");
    eventually(&mut wire, "events", |wire| {
        let data = wire.fetch("events", 10, 0);
        (data.log_start_offset == 10).then_some(())
    });
}

#[test]
fn limits_codec_and_timestamps_that_are_changed_take_effect_at_once() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("events", 1, &[]);
    let long = "x".repeat(500);
    produce(&mut wire, "events", batch(&[&long]));
    alter(&mut wire, "events", "max.message.bytes", "300");
    assert_eq!(wire.produce("events", batch(&[&long]), -1).error_code, ErrorCode::MessageTooLarge.code());
    let zstd = BatchOptions { compression: Compression::Zstd, ..BatchOptions::default() };
    let compressed = batch_with(zstd, &[&long]);
    produce(&mut wire, "events", compressed.clone());
    // What is stored counts as well as what came.
    alter(&mut wire, "events", "compression.type", "uncompressed");
    assert_eq!(wire.produce("events", compressed, -1).error_code, ErrorCode::MessageTooLarge.code());
    alter(&mut wire, "events", "compression.type", "lz4");
    produce(&mut wire, "events", batch(&["short"]));
    alter(&mut wire, "events", "message.timestamp.type", "LogAppendTime");
    let answer = wire.produce("events", batch(&["now"]), -1);
    assert!(answer.log_append_time_ms > 1_000, "{answer:?}");
    let mut stored = |offset| {
        let data = wire.fetch("events", offset, 0);
        let Some(Records::Inline(mut bytes)) = data.records else { panic!("no records") };
        RecordBatch::decode_next(&mut bytes).unwrap().unwrap()
    };
    let (compressed, stamped) = (stored(2), stored(3));
    assert_eq!(compressed.compression().unwrap(), Compression::Lz4);
    assert_eq!(compressed.timestamp_type(), TimestampType::CreateTime);
    assert_eq!(stamped.timestamp_type(), TimestampType::LogAppendTime);
    alter(&mut wire, "events", "message.timestamp.type", "CreateTime");
    alter(&mut wire, "events", "message.timestamp.before.max.ms", "1000");
    let old = wire.produce("events", batch(&["too old"]), -1).error_code;
    assert_eq!(old, ErrorCode::InvalidTimestamp.code());
}

/// A record without a time: the age of its segment counts from the append.
fn untimed(value: &str) -> Bytes {
    let mut builder = BatchBuilder::new(BatchOptions::default());
    builder.try_append(-1, None, Some(value.as_bytes()), &[]).unwrap();
    builder.build().unwrap()
}

#[test]
fn segments_close_by_a_size_or_age_that_is_changed() {
    let broker = TestBroker::with(BUSY);
    let mut wire = broker.connect();
    wire.create_topic("events", 1, &[("retention.ms", "-1")]);
    let directory = broker.dir.path().join("events-0");
    for round in 0..5 {
        produce(&mut wire, "events", untimed(&format!("event {round}")));
    }
    assert_eq!(segment_files(&directory).len(), 1);
    alter(&mut wire, "events", "internal.segment.bytes", "100");
    (0..3).for_each(|_| produce(&mut wire, "events", untimed("another")));
    let by_size = segment_files(&directory).len();
    assert_eq!(by_size, 4);
    alter(&mut wire, "events", "segment.ms", "1");
    eventually(&mut wire, "events", |_| (segment_files(&directory).len() > by_size).then_some(()));
}
