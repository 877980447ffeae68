//! The network runtime of the process: two threads that own every connection of every client.
//!
//! Callers need no runtime of their own: [`within`] lets any executor poll a client's future, and
//! [`block_on`] parks an ordinary thread until one is done.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, LazyLock, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{SystemTime, UNIX_EPOCH};

use tidemill_environment::{Clock, Now, SeededRandom, SystemClock};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::config::ConfigError;

/// Threads of the network runtime.
const NETWORK_THREADS: usize = 2;

static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
static CLOCK: LazyLock<SystemClock> = LazyLock::new(SystemClock::new);

/// Returns the runtime's handle, starting the threads the first time.
pub(crate) fn handle() -> Result<&'static Handle, ConfigError> {
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(NETWORK_THREADS)
            .thread_name("tidemill-client")
            .enable_all()
            .build()
            .map_err(|error| error.to_string())
    });
    match runtime {
        Ok(runtime) => Ok(runtime.handle()),
        Err(reason) => Err(ConfigError::Runtime { reason: reason.clone() }),
    }
}

/// Returns the handle to code that runs on behalf of a connected client.
fn started() -> &'static Handle {
    handle().expect("a client exists only once the runtime runs")
}

/// Runs `future` on the network threads.
pub(crate) fn spawn<F>(future: F)
where
    F: Future<Output = ()> + Send + 'static,
{
    drop(started().spawn(future));
}

/// Reads the clocks: the edge at which time enters this package.
pub(crate) fn now() -> Now {
    CLOCK.now()
}

/// Reads only the time of day, in milliseconds since the Unix epoch: what a record without timestamp gets.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge where time enters; once per record, so only one clock"
)]
pub(crate) fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Makes a generator seeded by the operating system: the edge at which randomness enters this package.
pub(crate) fn random() -> SeededRandom {
    SeededRandom::new(rand::random())
}

/// A future whose timers belong to the network runtime, whoever polls it.
pub(crate) struct Within<F> {
    future: Pin<Box<F>>,
}

/// Lets any executor poll `future`.
pub(crate) fn within<F: Future>(future: F) -> Within<F> {
    Within { future: Box::pin(future) }
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = started().enter();
        self.future.as_mut().poll(context)
    }
}

/// Wakes a parked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread until `future` is done.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        let polled = {
            let _entered = started().enter();
            future.as_mut().poll(&mut context)
        };
        match polled {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_plain_thread_can_wait_for_a_timer_of_the_runtime() {
        handle().unwrap();
        let before = now().monotonic;
        block_on(async { tokio::time::sleep(Duration::from_millis(5)).await });
        assert!(now().monotonic - before >= Duration::from_millis(5));
    }

    #[test]
    fn a_future_with_timers_can_be_polled_by_another_runtime() {
        handle().unwrap();
        let other = Builder::new_current_thread().build().unwrap();
        other.block_on(within(async { tokio::time::sleep(Duration::from_millis(1)).await }));
    }
}
