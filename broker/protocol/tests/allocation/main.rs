//! Lengths and counts that lie cost no more memory than the frame justifies.
//!
//! In a binary of its own, with one test: the allocator counts what the whole process allocates.

#[path = "../wire/cases.rs"]
mod cases;
#[expect(dead_code, reason = "only decoding is measured")]
#[path = "../wire/round_trip.rs"]
mod round_trip;

use std::alloc::System;

use bytes::Bytes;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tidemill_protocol::primitives::ALLOCATION_FACTOR;
use tidemill_protocol_generator::sample::{LengthField, Sample, sample};

use self::cases::CASES;
use self::round_trip::{messages_of_schemas, noise};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocation beside arrays and strings: the shared part of the frame, buffers of the encoder.
const CONSTANT_BYTES: usize = 1024;
const CHOICES: usize = 80;
const PADDING: usize = 2000;

/// The sample with the length at `field` replaced, followed by bytes that may stand for elements.
fn with_length(sample: &Sample, field: LengthField, length: u32, padding: u8) -> Bytes {
    let mut bytes = sample.bytes[..field.position].to_vec();
    if field.is_compact {
        let mut rest = length;
        while rest >= 0x80 {
            bytes.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        bytes.push(rest.to_le_bytes()[0]);
    } else {
        bytes.extend(&length.to_be_bytes()[4 - field.size..]);
    }
    bytes.extend(&sample.bytes[field.position + field.size..]);
    bytes.extend(std::iter::repeat_n(padding, PADDING));
    Bytes::from(bytes)
}

#[test]
fn hostile_lengths_never_cost_more_than_a_small_multiple_of_the_frame() {
    let lengths =
        [u32::MAX, i32::MAX as u32, i32::MIN as u32, 0xffff_fffe, 0x7fff, 0x8000, 2100, 1500, 700, 90];
    let mut measured = 0;
    for (message, case) in messages_of_schemas(CASES) {
        for version in message.versions.first..=message.versions.last {
            for seed in 0..2 {
                let sample = sample(&message, version, &noise(seed, CHOICES), false);
                for &field in &sample.lengths {
                    for length in lengths {
                        for padding in [0x00, 0x01] {
                            let frame = with_length(&sample, field, length, padding);
                            let limit = frame.len() * (ALLOCATION_FACTOR + 1) + CONSTANT_BYTES;
                            let region = Region::new(ALLOCATOR);
                            let outcome = (case.decode)(frame, version);
                            let allocated = region.change().bytes_allocated;
                            drop(outcome);
                            assert!(
                                allocated <= limit,
                                "{} version {version}: length {length} at byte {} allocated {allocated} of {limit}",
                                message.name,
                                field.position
                            );
                            measured += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(measured > 50_000, "measured only {measured} frames");
}
