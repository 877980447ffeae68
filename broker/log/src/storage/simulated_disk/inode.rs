//! The bytes of one simulated file: as programs see them, and as the disk has them.

/// What the page cache writes back as a whole, as a rule.
const PAGE: usize = 4096;

/// What a disk writes as a whole.
const SECTOR: usize = 512;

/// A change that was not synced.
#[derive(Debug, Clone)]
enum Change {
    Write { position: u64, bytes: Vec<u8> },
    SetLen(u64),
}

/// One file. `live` is what is read, `durable` what a crash leaves if it takes every unsynced change.
#[derive(Debug, Default)]
pub(super) struct Inode {
    live: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Change>,
}

impl Inode {
    pub(super) fn size_bytes(&self) -> u64 {
        self.live.len() as u64
    }

    pub(super) fn read_at(&self, buffer: &mut [u8], position: u64) -> usize {
        let rest = self.live.get(index(position)..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        count
    }

    pub(super) fn write_at(&mut self, bytes: Vec<u8>, position: u64) {
        write(&mut self.live, position, &bytes);
        self.unsynced.push(Change::Write { position, bytes });
    }

    pub(super) fn set_len(&mut self, len: u64) {
        self.live.resize(index(len), 0);
        self.unsynced.push(Change::SetLen(len));
    }

    pub(super) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            match change {
                Change::Write { position, bytes } => write(&mut self.durable, position, &bytes),
                Change::SetLen(len) => self.durable.resize(index(len), 0),
            }
        }
    }

    /// Some of the changes reach the disk, the bytes of others never will, although they can be read. The size is
    /// not forgotten: it belongs to the inode, which stays dirty.
    pub(super) fn fail_sync(&mut self, survives: &mut dyn FnMut() -> bool) {
        self.durable = self.after_crash(survives).durable;
        self.unsynced = vec![Change::SetLen(self.size_bytes())];
    }

    /// The file after a crash: each page, or each sector of a torn page, is as it was at some time since the
    /// last sync. A sector never has a later write without the earlier ones to the same sector.
    pub(super) fn after_crash(&self, survives: &mut dyn FnMut() -> bool) -> Self {
        let count = self.unsynced.len();
        let version = |survives: &mut dyn FnMut() -> bool| (0..count).filter(|_| survives()).count();
        let size = self.size_after(version(survives));
        let mut durable = Vec::with_capacity(size);
        for page in (0..size).step_by(PAGE) {
            let (whole, torn) = (survives(), survives());
            for sector in (page..size.min(page + PAGE)).step_by(SECTOR) {
                let changes = match (whole, torn) {
                    (true, _) => count,
                    (false, true) => version(survives),
                    (false, false) => 0,
                };
                let end = size.min(page + PAGE).min(sector + SECTOR);
                durable.extend_from_slice(&self.bytes_after(changes, sector, end));
            }
        }
        Self { live: durable.clone(), durable, unsynced: Vec::new() }
    }

    /// The file's size after the first `count` unsynced changes.
    fn size_after(&self, count: usize) -> usize {
        self.unsynced[..count].iter().fold(self.durable.len(), |size, change| match change {
            Change::Write { position, bytes } => size.max(index(*position) + bytes.len()),
            Change::SetLen(len) => index(*len),
        })
    }

    /// The bytes from `start` to `end` after the first `count` unsynced changes; zeros where there are none.
    fn bytes_after(&self, count: usize, start: usize, end: usize) -> Vec<u8> {
        let mut piece = vec![0; end - start];
        let mut copy = |from: usize, bytes: &[u8]| {
            let (first, last) = (from.max(start), (from + bytes.len()).min(end));
            if first < last {
                piece[first - start..last - start].copy_from_slice(&bytes[first - from..last - from]);
            }
        };
        copy(0, &self.durable);
        for change in &self.unsynced[..count] {
            match change {
                Change::Write { position, bytes } => copy(index(*position), bytes),
                Change::SetLen(len) => copy(index(*len), &vec![0; end.saturating_sub(index(*len))]),
            }
        }
        piece
    }
}

fn write(content: &mut Vec<u8>, position: u64, bytes: &[u8]) {
    let (start, end) = (index(position), index(position) + bytes.len());
    if content.len() < end {
        content.resize(end, 0);
    }
    content[start..end].copy_from_slice(bytes);
}

fn index(position: u64) -> usize {
    usize::try_from(position).expect("a simulated file fits into memory")
}
