//! Snappy as Kafka's clients write it: one raw block (librdkafka and others), or xerial's stream of blocks (Java).
//!
//! ```text
//! 82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | version i32 = 1 | oldest reader i32 = 1 | { size i32 | raw block }*
//! ```
//!
//! Two streams written one after the other read as one. A raw block cannot begin like the stream header: its
//! first bytes would be the length of the content, followed by a copy from before the beginning.

use std::io;

const MAGIC: [u8; 8] = *b"\x82SNAPPY\0";
const VERSION: i32 = 1;
const STREAM_HEADER_BYTES: usize = 16;

/// Content of a block; what Java's stream uses.
const BLOCK_CONTENT_BYTES: usize = 32 * 1024;

/// A raw block grows at most by this factor: the densest element turns 3 bytes into 64.
const MAX_EXPANSION: usize = 22;

/// Appends `content` to `output` as a stream of blocks.
pub(super) fn compress(content: &[u8], output: &mut Vec<u8>) -> io::Result<()> {
    output.extend_from_slice(&MAGIC);
    output.extend_from_slice(&VERSION.to_be_bytes());
    output.extend_from_slice(&VERSION.to_be_bytes());
    let mut encoder = snap::raw::Encoder::new();
    for chunk in content.chunks(BLOCK_CONTENT_BYTES) {
        let size_at = output.len();
        let block_at = size_at + 4;
        output.resize(block_at + snap::raw::max_compress_len(chunk.len()), 0);
        let size = encoder.compress(chunk, &mut output[block_at..])?;
        output.truncate(block_at + size);
        let size = i32::try_from(size).expect("a block of 32 KiB stays below 2 GiB");
        output[size_at..block_at].copy_from_slice(&size.to_be_bytes());
    }
    Ok(())
}

/// Decompresses a stream or a raw block; `None` if the content is larger than `limit` bytes.
pub(super) fn decompress(input: &[u8], limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut output = Vec::new();
    if !input.starts_with(&MAGIC) {
        return Ok(append_block(input, limit, &mut output)?.then_some(output));
    }
    let mut rest = input;
    while !rest.is_empty() {
        if rest.starts_with(&MAGIC) {
            rest =
                rest.get(STREAM_HEADER_BYTES..).ok_or_else(|| malformed("the stream header is cut off"))?;
            continue;
        }
        let (size, after) = rest.split_first_chunk().ok_or_else(|| malformed("a block's size is cut off"))?;
        let size = usize::try_from(i32::from_be_bytes(*size))
            .map_err(|_| malformed("a block's size is negative"))?;
        let (block, after) = after.split_at_checked(size).ok_or_else(|| malformed("a block is cut off"))?;
        if !append_block(block, limit, &mut output)? {
            return Ok(None);
        }
        rest = after;
    }
    Ok(Some(output))
}

/// Appends one block's content; false if it would pass the limit.
fn append_block(block: &[u8], limit: usize, output: &mut Vec<u8>) -> io::Result<bool> {
    let start = output.len();
    let size = snap::raw::decompress_len(block)?;
    if size > block.len().saturating_mul(MAX_EXPANSION) {
        return Err(malformed("a block states more content than it can hold"));
    }
    if size > limit - start {
        return Ok(false);
    }
    output.resize(start + size, 0);
    let written = snap::raw::Decoder::new().decompress(block, &mut output[start..])?;
    output.truncate(start + written);
    Ok(true)
}

fn malformed(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_block_reads_like_a_stream() {
        let raw = snap::raw::Encoder::new().compress_vec(b"tide tide tide tide").unwrap();
        assert_eq!(decompress(&raw, 100).unwrap().unwrap(), b"tide tide tide tide");
        assert_eq!(decompress(&raw, 18).unwrap(), None);
    }

    #[test]
    fn two_streams_in_a_row_read_as_one() {
        let mut input = Vec::new();
        compress(b"ebb ", &mut input).unwrap();
        compress(b"flow", &mut input).unwrap();
        assert_eq!(decompress(&input, 100).unwrap().unwrap(), b"ebb flow");
        assert_eq!(decompress(&input, 7).unwrap(), None);
    }

    #[test]
    fn a_block_that_states_an_impossible_size_allocates_nothing() {
        // Length 2^32 - 1, then nothing.
        let block = [0xff, 0xff, 0xff, 0xff, 0x0f];
        assert!(decompress(&block, usize::MAX).is_err());
    }
}
