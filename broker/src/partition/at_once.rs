//! Doing the same to many logs: most of the time goes into waiting for the disk, which serves several at once.

use parking_lot::Mutex;

/// Logs that are worked on at once; more than there are cores, because each of them mostly waits.
const MAX_THREADS: usize = 16;

/// A thread is worth starting for this many logs.
const ITEMS_PER_THREAD: usize = 4;

/// Does `work` to every item, in no order; returns when all is done.
///
/// # Panics
/// If `work` does.
pub(super) fn for_each<T: Send>(items: Vec<T>, work: impl Fn(T) + Sync) {
    let threads = (items.len() / ITEMS_PER_THREAD).min(MAX_THREADS);
    if threads < 2 {
        return items.into_iter().for_each(work);
    }
    let items = Mutex::new(items.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = next(&items) {
                    work(item);
                }
            });
        }
    });
}

/// A function of its own, so that the lock is not held while the item is worked on.
fn next<T>(items: &Mutex<std::vec::IntoIter<T>>) -> Option<T> {
    items.lock().next()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn every_item_gets_its_turn_once() {
        for count in [0, 1, 7, 8, 1_000] {
            let done = Mutex::new(Vec::new());
            for_each((0..count).collect(), |item| done.lock().push(item));
            let mut done = done.into_inner();
            done.sort_unstable();
            assert_eq!(done, (0..count).collect::<Vec<i32>>());
        }
    }

    #[test]
    fn many_items_are_worked_on_side_by_side() {
        // Ends only if all threads meet.
        let meeting = Barrier::new(MAX_THREADS);
        for_each((0..MAX_THREADS * ITEMS_PER_THREAD).collect(), |_| {
            meeting.wait();
        });
    }
}
