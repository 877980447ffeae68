//! The allowance for arrays refuses no well-formed message: none is denser than it allows for.

use tidemill_protocol::primitives::ALLOCATION_FACTOR;
use tidemill_protocol_generator::schema::{Field, Kind, Message};

use super::cases::CASES;
use super::round_trip::messages_of_schemas;

/// Bytes of memory of a value, what it points to not counted; rounded up where the layout is not known.
fn memory_bytes(message: &Message, kind: &Kind) -> usize {
    match kind {
        Kind::Bool | Kind::Int8 => 1,
        Kind::Int16 | Kind::Uint16 => 2,
        Kind::Int32 => 4,
        Kind::Int64 | Kind::Float64 => 8,
        Kind::Uuid => 16,
        Kind::String | Kind::Array(_) => 24,
        Kind::Bytes => 32,
        Kind::Records => 40,
        Kind::Struct(name) => {
            let fields = message.find(name).fields.iter();
            fields.map(|field| field_bytes(message, field)).sum::<usize>().next_multiple_of(8)
        }
    }
}

fn field_bytes(message: &Message, field: &Field) -> usize {
    let presence = if field.nullable.is_some() && matches!(field.kind, Kind::Struct(_)) { 8 } else { 0 };
    memory_bytes(message, &field.kind) + presence
}

#[test]
fn no_well_formed_array_is_denser_than_the_allowance() {
    let mut densest = (0, String::new());
    for (message, _) in messages_of_schemas(CASES) {
        for owner in &message.structs {
            for field in &owner.fields {
                let Kind::Array(element) = &field.kind else {
                    continue;
                };
                let input = message.min_size_bytes(element, field.versions);
                let factor = memory_bytes(&message, element).div_ceil(input);
                densest = densest.max((factor, format!("{}.{} in {}", owner.name, field.name, message.name)));
            }
        }
    }
    assert!(densest.0 <= ALLOCATION_FACTOR, "{densest:?}");
    println!("densest: {densest:?}");
}
