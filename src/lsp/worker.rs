//! One thread for all that takes its time over open documents: reading, linking and judging large ones.
//!
//! Each thread keeps what it has freed to itself, to give it out again. What one thread makes and frees by turns therefore takes
//! its room once, where a pool would take it once for each of its threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use tokio::sync::oneshot;

/// Something to do.
type Job = Box<dyn FnOnce() + Send>;

/// The way to the thread, which takes what it is given in that order.
static WORKER: LazyLock<Sender<Job>> = LazyLock::new(|| {
    let (sender, jobs) = channel::<Job>();
    thread::spawn(move || {
        for job in jobs {
            // Whoever waits for what comes of it hears that nothing does.
            let _ = catch_unwind(AssertUnwindSafe(job));
        }
    });
    sender
});

/// Does `work` beside the task that reads messages; `None` where it panicked.
pub async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, outcome) = oneshot::channel();
    // Nobody may wait for it any more.
    later(move || drop(done.send(work())));
    outcome.await.ok()
}

/// Does `work` beside the task that reads messages, at some time.
pub fn later(work: impl FnOnce() + Send + 'static) {
    // The thread goes on for as long as the program does.
    let _ = WORKER.send(Box::new(work));
}
