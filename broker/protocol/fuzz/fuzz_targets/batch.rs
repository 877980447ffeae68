//! Record batches as a broker receives them in Produce, as a client in Fetch, and as recovery reads them from
//! segments: every batch, its checksum, its records and their headers.
//!
//! The checksum is computed but not required, so that the fuzzer gets past it.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use tidemill_protocol::records::RecordBatch;

/// Bytes that the records of a batch may grow to.
const LIMIT: usize = 1 << 20;

fuzz_target!(|input: &[u8]| {
    let mut rest = Bytes::copy_from_slice(input);
    while let Ok(Some(batch)) = RecordBatch::decode_next(&mut rest) {
        let _ = batch.verify_checksum();
        let Ok(records) = batch.records(LIMIT) else {
            continue;
        };
        assert!(records.payload().len() <= LIMIT.max(input.len()));
        let mut header_count = 0usize;
        for record in &records {
            let Ok(record) = record else { break };
            header_count += record.headers.count();
        }
        assert!(header_count <= records.payload().len());
    }
});
