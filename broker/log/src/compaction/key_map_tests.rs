//! The key map against a plain map.

use super::key_map::{Full, KeyMap, KeyMapOptions};
use std::collections::BTreeMap;

fn options(memory_bytes: usize) -> KeyMapOptions {
    KeyMapOptions { memory_bytes, load_factor: 0.9, seed: 0x1234_5678_9abc_def0_0fed_cba9_8765_4321 }
}

#[test]
fn every_key_has_its_last_offset_and_no_other_key_has_one() {
    let mut map = KeyMap::new(options(1 << 20), 10_000);
    let mut model = BTreeMap::new();
    for offset in 0..20_000_i64 {
        let key = (offset * 7_919 % 5_000).to_string();
        map.put(key.as_bytes(), offset).unwrap();
        model.insert(key, offset);
    }
    assert_eq!(map.len(), model.len());
    for (key, offset) in model {
        assert_eq!(map.last_offset(key.as_bytes()), Some(offset));
    }
    assert_eq!(map.last_offset(b"5000"), None);
    assert_eq!(map.last_offset(b""), None);
}

#[test]
fn a_full_map_takes_no_new_key_and_still_updates_those_it_has() {
    let mut map = KeyMap::new(options(24 * 100), u64::MAX);
    let mut count = 0;
    while map.put(format!("key {count}").as_bytes(), count) == Ok(()) {
        count += 1;
    }
    assert_eq!(count, 90);
    assert_eq!(map.put(b"one more", 1_000), Err(Full));
    assert_eq!(map.put(b"key 5", 1_000), Ok(()));
    assert_eq!(map.last_offset(b"key 5"), Some(1_000));
    assert_eq!(map.last_offset(b"one more"), None);
}

#[test]
fn the_table_is_no_larger_than_the_keys_or_the_memory_need() {
    assert_eq!(KeyMap::new(options(1 << 30), 9).slots(), 12);
    assert_eq!(KeyMap::new(options(240), 1_000_000).slots(), 10);
    // Too little for anything still has room for one key.
    assert_eq!(KeyMap::new(options(0), 0).put(b"key", 0), Ok(()));
}
