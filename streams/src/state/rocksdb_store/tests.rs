//! What the database keeps, loses and forgets.

use std::ops::ControlFlow;

use bytes::Bytes;

use super::*;

fn layouts(expiry: Option<Arc<WindowExpiry>>) -> Vec<StoreLayout> {
    vec![
        StoreLayout { index: 3, name: "counts".into(), expiry: None },
        StoreLayout { index: 5, name: "by-hour".into(), expiry },
    ]
}

fn open(path: &Path) -> RocksDbBackend {
    RocksDbBackend::open(path, &layouts(None), &StateMemory::new(1024 * 1024)).unwrap()
}

fn put(store: usize, key: &'static [u8], value: &'static [u8]) -> Write {
    Write { store, key: Bytes::from_static(key), value: Some(Bytes::from_static(value)) }
}

fn keys(backend: &RocksDbBackend, store: usize, min: &[u8], end: Option<&[u8]>) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    backend
        .scan(store, min, end, &mut |key, _| {
            keys.push(key.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
    keys
}

#[test]
fn a_flushed_commit_is_there_after_reopening_with_its_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = StoreCheckpoint { changelog_offset: 7, stream_time_ms: 40 };
    let backend = open(folder.path());
    assert_eq!(backend.checkpoint(3).unwrap(), None);
    backend.apply(&[put(3, b"a", b"1"), put(5, b"a", b"2")], &[(3, checkpoint)]).unwrap();
    backend.flush().unwrap();
    drop(backend);
    let backend = open(folder.path());
    assert_eq!(backend.get(3, b"a").unwrap().as_deref(), Some(b"1".as_slice()));
    assert_eq!(backend.get(5, b"a").unwrap().as_deref(), Some(b"2".as_slice()));
    assert_eq!(backend.checkpoint(3).unwrap(), Some(checkpoint));
    assert_eq!(backend.checkpoint(5).unwrap(), None);
}

#[test]
fn what_was_not_flushed_is_lost_together_with_its_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let crashed = tempfile::tempdir().unwrap();
    let backend = open(folder.path());
    backend
        .apply(&[put(3, b"a", b"1")], &[(3, StoreCheckpoint { changelog_offset: 1, stream_time_ms: 1 })])
        .unwrap();
    backend.flush().unwrap();
    backend
        .apply(&[put(3, b"a", b"2")], &[(3, StoreCheckpoint { changelog_offset: 2, stream_time_ms: 2 })])
        .unwrap();
    // The files as a killed process leaves them: closing the database would flush.
    for file in std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), crashed.path().join(file.file_name())).unwrap();
    }
    let backend = open(crashed.path());
    assert_eq!(backend.get(3, b"a").unwrap().as_deref(), Some(b"1".as_slice()));
    assert_eq!(backend.checkpoint(3).unwrap().unwrap().changelog_offset, 1);
}

#[test]
fn a_scan_is_ordered_by_bytes_and_ends_before_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let backend = open(folder.path());
    let writes = [put(3, b"b", b""), put(3, b"a", b""), put(3, b"c", b""), put(5, b"bb", b"")];
    backend.apply(&writes, &[]).unwrap();
    assert_eq!(keys(&backend, 3, b"a", Some(b"c")), [b"a".to_vec(), b"b".to_vec()]);
    assert_eq!(keys(&backend, 3, b"b", None), [b"b".to_vec(), b"c".to_vec()]);
    backend.apply(&[Write { store: 3, key: Bytes::from_static(b"b"), value: None }], &[]).unwrap();
    assert_eq!(keys(&backend, 3, b"", None), [b"a".to_vec(), b"c".to_vec()]);
}

#[test]
fn compaction_removes_windows_that_the_committed_stream_time_expired() {
    let folder = tempfile::tempdir().unwrap();
    let expiry = Arc::new(WindowExpiry::new(10));
    let layouts = layouts(Some(Arc::clone(&expiry)));
    let backend = RocksDbBackend::open(folder.path(), &layouts, &StateMemory::new(1024 * 1024)).unwrap();
    backend
        .apply(
            &[
                put(5, b"k\0\0\0\0\0\0\0\x05\0\0\0\0", b"early"),
                put(5, b"k\0\0\0\0\0\0\0\x63\0\0\0\0", b"live"),
            ],
            &[],
        )
        .unwrap();
    expiry.advance(100);
    backend.flush().unwrap();
    backend.database.compact_range_cf(backend.family(5), None::<&[u8]>, None::<&[u8]>);
    assert_eq!(keys(&backend, 5, b"", None), [b"k\0\0\0\0\0\0\0\x63\0\0\0\0".to_vec()]);
}

#[test]
fn a_store_that_left_the_topology_does_not_keep_the_database_from_opening() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let fewer = &layouts(None)[..1];
    let backend = RocksDbBackend::open(folder.path(), fewer, &StateMemory::new(1024 * 1024)).unwrap();
    assert_eq!(backend.get(3, b"a").unwrap(), None);
}
