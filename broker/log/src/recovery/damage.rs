//! Is there something worth keeping behind a place that holds no valid batch, and could a power loss have made it?

use crate::storage::{StorageError, StoredFile};
use tidemill_protocol::records::{HEADER_BYTES, RecordBatch};

/// Bytes that are read at once.
const WINDOW: usize = 1 << 20;

/// What a disk writes as a whole.
const SECTOR: u64 = 512;

/// Shortest run of zeros, from a batch's beginning to the end of its sector, that no header can have: a batch
/// length of zero.
const ZERO_HEADER_BYTES: u64 = 12;

/// Finds the first valid batch behind `position` that may follow the log's end at `end_offset`.
pub(crate) fn find_batch_behind(
    file: &StoredFile,
    position: u64,
    size: u64,
    end_offset: i64,
) -> Result<Option<u64>, StorageError> {
    let mut start = position + 1;
    while start + HEADER_BYTES as u64 <= size {
        let mut window =
            vec![0; usize::try_from(size - start).unwrap_or(usize::MAX).min(WINDOW + HEADER_BYTES)];
        file.read_exact_at(&mut window, start)?;
        for (at, bytes) in (start..).zip(window.windows(HEADER_BYTES)) {
            if may_follow(bytes, size - at, end_offset) && is_batch(file, at, bytes)? {
                return Ok(Some(at));
            }
        }
        start += (window.len() - HEADER_BYTES + 1) as u64;
    }
    Ok(None)
}

/// Whether `bytes` could be the header of a later batch of the same log.
fn may_follow(bytes: &[u8], available: u64, end_offset: i64) -> bool {
    // The magic byte first: it rules out nearly every place.
    bytes[16] == 2
        && RecordBatch::peek_header(bytes).is_ok_and(|header| {
            let distance = header.base_offset.checked_sub(end_offset);
            distance.is_some_and(|distance| (0..=i64::from(i32::MAX)).contains(&distance))
                && header.size_bytes() as u64 <= available
                && (0..=header.last_offset_delta.saturating_add(1)).contains(&header.record_count)
        })
}

fn is_batch(file: &StoredFile, position: u64, header: &[u8]) -> Result<bool, StorageError> {
    let Ok(header) = RecordBatch::peek_header(header) else {
        return Ok(false);
    };
    let mut bytes = vec![0; header.size_bytes()];
    file.read_exact_at(&mut bytes, position)?;
    let batch = RecordBatch::decode_next(&mut bytes.into());
    Ok(batch.ok().flatten().is_some_and(|batch| batch.verify_checksum().is_ok()))
}

/// Whether a sector between `position` and `end` reads as one that was never written: zeros.
///
/// The first sector may have been written in part: what lies before `position` is older. A few zeros there prove
/// nothing, since a header begins with the zeros of a small offset, unless the offset expected is larger.
pub(super) fn looks_unwritten(
    file: &StoredFile,
    position: u64,
    end: u64,
    expected_offset: i64,
) -> Result<bool, StorageError> {
    let size = file.size_bytes()?;
    let mut start = position;
    let mut sector = vec![0; usize::try_from(SECTOR).expect("512 fits")];
    while start < end {
        let sector_end = (start / SECTOR + 1) * SECTOR;
        let len = usize::try_from(sector_end.min(end) - start).expect("at most 512");
        let bytes = &mut sector[..len];
        file.read_exact_at(bytes, start)?;
        let is_zero = bytes.iter().all(|byte| *byte == 0);
        let offset_bytes = expected_offset.to_be_bytes();
        let should_differ = offset_bytes.iter().take(len).any(|byte| *byte != 0);
        // A sector at the end of the file is whole as far as it goes; one that an intact batch shares was written.
        let is_whole = start > position && (sector_end <= end || end == size);
        let begins_unlike_a_batch = start == position && (should_differ || len as u64 >= ZERO_HEADER_BYTES);
        let proves = len as u64 == SECTOR || is_whole || begins_unlike_a_batch;
        if is_zero && proves {
            return Ok(true);
        }
        start = sector_end;
    }
    Ok(false)
}
