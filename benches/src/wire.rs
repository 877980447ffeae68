//! A reader that does nothing with what it reads: Kafka's protocol by hand, as little of it as Fetch needs.
//!
//! Clients spend more on a fetched record than a broker does, so that with any of them the client is what is measured.
//! This one looks at the headers of batches for the next offset and throws the rest away. The same for both brokers.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, ensure};

/// Bytes read from the socket at once.
pub(crate) const READ_BYTES: usize = 1 << 20;
/// Bytes asked for in one request.
const FETCH_BYTES: i32 = 8 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

const FETCH: i16 = 1;
/// The oldest version with batches as they are stored that Kafka 4 answers.
const FETCH_VERSION: i16 = 4;
const API_VERSIONS: i16 = 18;
/// Of a batch: what lies before its records' count, up to and with `lastOffsetDelta`.
const BATCH_HEAD: usize = 27;

/// Returns whether a broker on `port` answers a request.
pub(crate) fn is_answering(port: u16) -> bool {
    connect(&format!("127.0.0.1:{port}")).and_then(|mut stream| ask_versions(&mut stream)).is_ok()
}

/// Connects to a broker.
pub(crate) fn connect(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Asks for the versions of the protocol and reads the answer.
pub(crate) fn ask_versions(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(&request(API_VERSIONS, 0, &[]))?;
    let mut size = [0; 4];
    stream.read_exact(&mut size)?;
    let rest = stream.take(u64::from(u32::from_be_bytes(size))).read_to_end(&mut Vec::new())?;
    if rest == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// What was read and thrown away.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Drained {
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

/// Reads `records` from the beginning of partition 0, `passes` times.
pub(crate) fn drain(address: &str, topic: &str, records: u64, passes: u32) -> anyhow::Result<Drained> {
    let mut reader = BufReader::with_capacity(READ_BYTES, connect(address)?);
    let mut drained = Drained::default();
    let end = i64::try_from(records)?;
    for _ in 0..passes {
        let mut offset = 0;
        while offset < end {
            let next = fetch(&mut reader, topic, offset, &mut drained)
                .with_context(|| format!("fetch of {topic} from {offset}"))?;
            ensure!(next > offset, "{topic} ends at {offset}");
            offset = next;
        }
    }
    Ok(drained)
}

/// One request and its answer; returns the next offset.
fn fetch(
    reader: &mut BufReader<TcpStream>,
    topic: &str,
    offset: i64,
    drained: &mut Drained,
) -> anyhow::Result<i64> {
    reader.get_mut().write_all(&fetch_request(topic, offset)?)?;
    read::<4>(reader)?; // size
    read::<8>(reader)?; // correlation id, throttle time
    ensure!(i32::from_be_bytes(read(reader)?) == 1, "one topic is answered");
    let name_length = u16::from_be_bytes(read(reader)?);
    skip(reader, u64::from(name_length))?;
    read::<8>(reader)?; // count of partitions, partition
    let error = i16::from_be_bytes(read(reader)?);
    ensure!(error == 0, "error code {error}");
    read::<16>(reader)?; // high watermark, last stable offset
    let aborted = u64::try_from(i32::from_be_bytes(read(reader)?)).unwrap_or(0);
    skip(reader, aborted * 16)?;
    let mut left = u64::try_from(i32::from_be_bytes(read(reader)?)).unwrap_or(0);
    drained.bytes += left;
    let mut next = offset;
    while left >= BATCH_HEAD as u64 {
        let head: [u8; BATCH_HEAD] = read(reader)?;
        let (base, length, last_delta) = positions(&head);
        left -= BATCH_HEAD as u64;
        // The answer may end within a batch.
        let rest = (length + 12).saturating_sub(BATCH_HEAD as u64);
        skip(reader, rest.min(left))?;
        if rest > left {
            return Ok(next);
        }
        left -= rest;
        next = base + i64::from(last_delta) + 1;
        drained.records += u64::from(last_delta) + 1;
    }
    skip(reader, left)?;
    Ok(next)
}

/// `baseOffset`, `batchLength`, `lastOffsetDelta` of a batch's head.
fn positions(head: &[u8; BATCH_HEAD]) -> (i64, u64, u32) {
    let [b0, b1, b2, b3, b4, b5, b6, b7, l0, l1, l2, l3, .., d0, d1, d2, d3] = *head;
    let base = i64::from_be_bytes([b0, b1, b2, b3, b4, b5, b6, b7]);
    (base, u64::from(u32::from_be_bytes([l0, l1, l2, l3])), u32::from_be_bytes([d0, d1, d2, d3]))
}

fn read<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn skip(reader: &mut impl BufRead, mut bytes: u64) -> io::Result<()> {
    while bytes > 0 {
        let here = (reader.fill_buf()?.len() as u64).min(bytes);
        if here == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        reader.consume(usize::try_from(here).unwrap_or(usize::MAX));
        bytes -= here;
    }
    Ok(())
}

fn fetch_request(topic: &str, offset: i64) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    body.extend((-1_i32).to_be_bytes()); // a consumer
    body.extend(500_i32.to_be_bytes()); // max wait, ms
    body.extend(1_i32.to_be_bytes()); // min bytes
    body.extend(FETCH_BYTES.to_be_bytes());
    body.push(0); // read uncommitted
    body.extend(1_i32.to_be_bytes());
    body.extend(u16::try_from(topic.len())?.to_be_bytes());
    body.extend(topic.as_bytes());
    body.extend(1_i32.to_be_bytes());
    body.extend(0_i32.to_be_bytes());
    body.extend(offset.to_be_bytes());
    body.extend(FETCH_BYTES.to_be_bytes());
    Ok(request(FETCH, FETCH_VERSION, &body))
}

/// A request with header version 1, no client id.
fn request(api: i16, version: i16, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(14 + body.len());
    bytes.extend((10 + body.len() as u32).to_be_bytes());
    bytes.extend(api.to_be_bytes());
    bytes.extend(version.to_be_bytes());
    bytes.extend(1_i32.to_be_bytes());
    bytes.extend((-1_i16).to_be_bytes());
    bytes.extend(body);
    bytes
}
