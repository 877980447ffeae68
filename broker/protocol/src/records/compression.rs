//! The four codecs of record batches, each bounded by the caller when it decompresses.
//!
//! A decompressor never allocates from a length the input states without comparing it with the limit first,
//! and stops one byte after the limit. What is written is what the Java client can read: gzip, snappy in
//! xerial's stream framing (blocks of 32 KiB), lz4 frames of independent 64 KiB blocks, zstd frames.

use super::snappy_stream;
use bytes::Bytes;
use std::cell::Cell;
use std::io::{self, Read, Write};
use zstd::zstd_safe::{DCtx, ResetDirective};

/// The codec of the records in a batch (producer and topic config `compression.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    /// Records as they are.
    #[default]
    None,
    /// RFC 1952.
    Gzip,
    /// Snappy blocks.
    Snappy,
    /// LZ4 frames.
    Lz4,
    /// Zstandard frames (KIP-110).
    Zstd,
}

impl Compression {
    /// Every codec, by rising number.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// The codec with this number in the attributes of a batch.
    #[must_use]
    pub fn from_id(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.id() == id)
    }

    /// The codec's number in the attributes of a batch.
    #[must_use]
    pub fn id(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Gzip => 1,
            Self::Snappy => 2,
            Self::Lz4 => 3,
            Self::Zstd => 4,
        }
    }

    /// The codec with this name in `compression.type`: `none` (or `uncompressed`), `gzip`, `snappy`, `lz4`, `zstd`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "uncompressed" => Some(Self::None),
            name => Self::ALL.into_iter().find(|codec| codec.name() == name),
        }
    }

    /// The codec's name in `compression.type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

/// Why bytes could not be compressed or decompressed.
#[derive(Debug, thiserror::Error)]
pub enum CompressionError {
    /// The content is larger than the caller allows.
    #[error("{codec} content grows beyond the limit of {limit} bytes")]
    TooLarge {
        /// The codec's name.
        codec: &'static str,
        /// The caller's limit, bytes.
        limit: usize,
    },
    /// The codec cannot make sense of the bytes.
    #[error("malformed {codec} content")]
    Malformed {
        /// The codec's name.
        codec: &'static str,
        /// The codec's own account.
        source: io::Error,
    },
}

/// Levels of the codecs that have them when the caller names none (Java's defaults).
const GZIP_DEFAULT_LEVEL: u32 = 6;
const ZSTD_DEFAULT_LEVEL: i32 = 3;

/// Window sizes (log2) that a zstd frame may always ask for, and never exceed: 8 MiB and 128 MiB.
const ZSTD_WINDOW_LOG: std::ops::RangeInclusive<u32> = 23..=27;

/// A zstd decoder that has grown beyond this is not kept: enough for the windows of 2 MiB that Java's default level asks
/// for.
const ZSTD_KEPT_BYTES: usize = 4 << 20;

thread_local! {
    /// The zstd decoder of this thread, while it rests: making one costs more than a small batch.
    static ZSTD_DECODER: Cell<Option<DCtx<'static>>> = const { Cell::new(None) };
}

/// Appends `content` to `output`, compressed.
///
/// `level` is the codec's own scale, clamped to it (`compression.gzip.level` 1 to 9, `compression.zstd.level`
/// -131072 to 22); `None` is the codec's default; snappy and lz4 have one level.
///
/// # Errors
/// [`CompressionError::Malformed`] if the codec fails, which only a lack of memory brings about.
pub fn compress(
    codec: Compression,
    level: Option<i32>,
    content: &[u8],
    output: &mut Vec<u8>,
) -> Result<(), CompressionError> {
    let result = match codec {
        Compression::None => {
            output.extend_from_slice(content);
            Ok(())
        }
        Compression::Gzip => compress_gzip(level, content, output),
        Compression::Snappy => snappy_stream::compress(content, output),
        Compression::Lz4 => compress_lz4(content, output),
        Compression::Zstd => compress_zstd(level, content, output),
    };
    result.map_err(|source| CompressionError::Malformed { codec: codec.name(), source })
}

fn compress_gzip(level: Option<i32>, content: &[u8], output: &mut Vec<u8>) -> io::Result<()> {
    let level = level.map_or(GZIP_DEFAULT_LEVEL, |level| level.clamp(1, 9).unsigned_abs());
    let mut encoder = flate2::write::GzEncoder::new(output, flate2::Compression::new(level));
    encoder.write_all(content)?;
    encoder.finish().map(drop)
}

fn compress_lz4(content: &[u8], output: &mut Vec<u8>) -> io::Result<()> {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    // Kafka's reader knows neither linked blocks nor preset dictionaries.
    let info = FrameInfo::new().block_mode(BlockMode::Independent).block_size(BlockSize::Max64KB);
    let mut encoder = FrameEncoder::with_frame_info(info, output);
    encoder.write_all(content)?;
    encoder.finish().map(drop).map_err(io::Error::from)
}

fn compress_zstd(level: Option<i32>, content: &[u8], output: &mut Vec<u8>) -> io::Result<()> {
    let mut compressor =
        zstd::bulk::Compressor::new(level.unwrap_or(ZSTD_DEFAULT_LEVEL).clamp(-131_072, 22))?;
    output.extend_from_slice(&compressor.compress(content)?);
    Ok(())
}

/// Decompresses `input` into at most `limit` bytes. [`Compression::None`] copies.
///
/// # Errors
/// [`CompressionError`] if `input` is damaged, cut off, or larger than `limit` when decompressed.
pub fn decompress(codec: Compression, input: &[u8], limit: usize) -> Result<Bytes, CompressionError> {
    let name = codec.name();
    let output = match codec {
        Compression::None => read_bounded(input, limit),
        Compression::Gzip => read_bounded(flate2::bufread::MultiGzDecoder::new(input), limit),
        Compression::Snappy => snappy_stream::decompress(input, limit),
        Compression::Lz4 => read_bounded(lz4_flex::frame::FrameDecoder::new(input), limit),
        Compression::Zstd => decompress_zstd(input, limit),
    };
    match output {
        Ok(Some(output)) => Ok(output.into()),
        Ok(None) => Err(CompressionError::TooLarge { codec: name, limit }),
        Err(source) => Err(CompressionError::Malformed { codec: name, source }),
    }
}

fn decompress_zstd(input: &[u8], limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut context = resting_zstd_decoder()?;
    let mut decoder = zstd::stream::read::Decoder::with_context(input, &mut context);
    let wanted = usize::BITS - limit.leading_zeros();
    decoder.window_log_max(wanted.clamp(*ZSTD_WINDOW_LOG.start(), *ZSTD_WINDOW_LOG.end()))?;
    let output = read_bounded(decoder, limit);
    if context.sizeof() <= ZSTD_KEPT_BYTES {
        ZSTD_DECODER.set(Some(context));
    }
    output
}

/// This thread's decoder, with nothing left of the frame before, or a new one.
fn resting_zstd_decoder() -> io::Result<DCtx<'static>> {
    if let Some(mut context) = ZSTD_DECODER.take()
        && context.reset(ResetDirective::SessionOnly).is_ok()
    {
        return Ok(context);
    }
    let mut context = DCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
    context.init().map_err(|_| io::Error::other("zstd refuses a new decoder"))?;
    Ok(context)
}

/// Reads to the end; `None` if there are more than `limit` bytes.
fn read_bounded(reader: impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut output = Vec::new();
    let one_more = u64::try_from(limit).map_or(u64::MAX, |limit| limit.saturating_add(1));
    reader.take(one_more).read_to_end(&mut output)?;
    Ok((output.len() <= limit).then_some(output))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1 << 20;

    fn compressed(codec: Compression, content: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        compress(codec, None, content, &mut output).unwrap();
        output
    }

    #[test]
    fn every_codec_returns_what_it_was_given() {
        let content: Vec<u8> = (0..200_000u32).map(|number| (number / 100).to_le_bytes()[0]).collect();
        for codec in Compression::ALL {
            for size in [0, 1, 100, 32 * 1024, 32 * 1024 + 1, content.len()] {
                let output = decompress(codec, &compressed(codec, &content[..size]), LIMIT).unwrap();
                assert!(output == content[..size], "{} {size}", codec.name());
            }
        }
    }

    #[test]
    fn content_beyond_the_limit_is_refused_by_every_codec() {
        let bomb = vec![0; 8 << 20];
        for codec in Compression::ALL {
            let input = compressed(codec, &bomb);
            let error = decompress(codec, &input, LIMIT).unwrap_err();
            assert!(
                matches!(error, CompressionError::TooLarge { limit: LIMIT, .. }),
                "{} {error:?}",
                codec.name()
            );
            assert!(decompress(codec, &input, bomb.len()).is_ok());
        }
    }

    #[test]
    fn input_cut_at_any_byte_is_an_error_or_a_prefix_and_never_a_panic() {
        let content: Vec<u8> = (0..300u32).flat_map(u32::to_le_bytes).collect();
        for codec in Compression::ALL {
            let input = compressed(codec, &content);
            for end in 0..input.len() {
                if let Ok(output) = decompress(codec, &input[..end], LIMIT) {
                    assert!(content.starts_with(&output), "{} cut at {end}", codec.name());
                }
            }
        }
    }

    #[test]
    fn a_zstd_decoder_that_met_a_bad_frame_reads_the_next_one() {
        let good = compressed(Compression::Zstd, b"content");
        let bomb = compressed(Compression::Zstd, &vec![0; 2 * LIMIT]);
        let bad: [&[u8]; 3] = [&bomb, &good[..good.len() - 1], b"no frame at all"];
        for input in bad {
            assert!(decompress(Compression::Zstd, input, LIMIT).is_err());
            assert_eq!(decompress(Compression::Zstd, &good, LIMIT).unwrap(), "content");
        }
    }

    #[test]
    fn a_zstd_decoder_is_kept_unless_a_frame_made_it_large() {
        let is_kept = || {
            let context = ZSTD_DECODER.take();
            let is_kept = context.is_some();
            ZSTD_DECODER.set(context);
            is_kept
        };
        decompress(Compression::Zstd, &compressed(Compression::Zstd, b"content"), LIMIT).unwrap();
        assert!(is_kept());
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(23).unwrap();
        // Written in parts: the encoder does not know the size, so the frame asks for its whole window.
        for _ in 0..2 {
            encoder.write_all(&vec![0; 5 << 20]).unwrap();
        }
        let large = encoder.finish().unwrap();
        assert_eq!(decompress(Compression::Zstd, &large, 10 << 20).unwrap().len(), 10 << 20);
        assert!(!is_kept());
    }

    #[test]
    fn names_and_numbers_lead_back_to_their_codec() {
        for codec in Compression::ALL {
            assert_eq!(Compression::from_id(codec.id()), Some(codec));
            assert_eq!(Compression::from_name(codec.name()), Some(codec));
        }
        assert_eq!(Compression::from_id(5), None);
        assert_eq!(Compression::from_name("brotli"), None);
    }
}
