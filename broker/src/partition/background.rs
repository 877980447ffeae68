//! The threads that work in the background: cleaner and scrub. They end before the logs are closed.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::cleaner::Cleaner;
use super::io_pace::IoPace;
use super::scrubber::Scrubber;
use crate::broker_state::BrokerState;

/// Running threads.
pub(crate) struct BackgroundThreads {
    paces: [Arc<IoPace>; 2],
    threads: Vec<JoinHandle<()>>,
}

impl BackgroundThreads {
    /// Starts them.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn start(broker: &Arc<BrokerState>) -> io::Result<Self> {
        let paces = [0, 1].map(|_| Arc::new(IoPace::new(Arc::clone(&broker.clock))));
        let mut running = Self { paces, threads: Vec::new() };
        let cleaner = Arc::new(Cleaner::new(Arc::clone(broker), Arc::clone(&running.paces[0])));
        let config = cleaner.config();
        for number in 0..if config.enabled { config.threads } else { 0 } {
            let cleaner = Arc::clone(&cleaner);
            running
                .threads
                .push(Builder::new().name(format!("cleaner-{number}")).spawn(move || cleaner.run())?);
        }
        let scrubber = Scrubber::new(Arc::clone(broker), Arc::clone(&running.paces[1]));
        running.threads.push(Builder::new().name("scrub".to_owned()).spawn(move || scrubber.run())?);
        Ok(running)
    }

    /// Ends the threads in the middle of what they do, which loses nothing. Blocks until they have ended.
    pub(crate) fn stop(&mut self) {
        self.paces.iter().for_each(|pace| pace.stop());
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread in the background had panicked");
            }
        }
    }
}

impl Drop for BackgroundThreads {
    fn drop(&mut self) {
        self.stop();
    }
}
