//! Work on several threads whose results come in the order in which it was given.
//!
//! Only so much is under way at a time, so that memory does not grow with the work.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How many jobs are given out ahead of the one whose result is waited for.
const AHEAD: usize = 64;

/// Does `work` on every job that `give` hands out, and calls `take` with each result in the order of the jobs, until it
/// breaks. Once it has to wait after `patience` is over, `wait` is called, one time.
pub fn in_order<J: Send, R: Send>(
    give: impl FnOnce(&mut dyn FnMut(J) -> ControlFlow<()>) + Send,
    work: impl Fn(J) -> R + Sync,
    mut take: impl FnMut(R) -> ControlFlow<()>,
    patience: Duration,
    wait: impl FnOnce(),
) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (jobs, given) = sync_channel::<(J, SyncSender<R>)>(AHEAD);
    let (slots, results) = sync_channel::<Receiver<R>>(AHEAD);
    let (given, work) = (&Mutex::new(given), &work);
    let next = || given.lock().unwrap_or_else(PoisonError::into_inner).recv();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(move || {
                while let Ok((job, slot)) = next() {
                    // Nobody takes the result of a job behind the one that broke.
                    let _ = slot.send(work(job));
                }
            });
        }
        scope.spawn(move || {
            give(&mut |job| {
                let (slot, result) = sync_channel(1);
                let is_taken = slots.send(result).is_ok() && jobs.send((job, slot)).is_ok();
                if is_taken { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        });
        let (started, mut wait) = (Instant::now(), Some(wait));
        for result in results {
            let left = patience.saturating_sub(started.elapsed());
            let result = result.recv_timeout(left).or_else(|_| {
                wait.take().into_iter().for_each(|wait| wait());
                result.recv()
            });
            // Without a result its thread has panicked, and so does this one at the end of the scope.
            let Ok(result) = result else { break };
            if take(result).is_break() {
                break;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn doubled(count: usize, most: usize) -> (Vec<usize>, usize) {
        let given = AtomicUsize::new(0);
        let mut taken = Vec::new();
        in_order(
            |give| {
                for number in 0..count {
                    given.fetch_add(1, Ordering::Relaxed);
                    if give(number).is_break() {
                        break;
                    }
                }
            },
            |number| number * 2,
            |number| {
                taken.push(number);
                if taken.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            },
            Duration::MAX,
            || {},
        );
        (taken, given.into_inner())
    }

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let (taken, _) = doubled(10_000, usize::MAX);
        assert!(taken.iter().copied().eq((0..10_000).map(|number| number * 2)));
        assert!(doubled(0, usize::MAX).0.is_empty());
    }

    #[test]
    fn a_break_ends_the_giving() {
        let (taken, given) = doubled(usize::MAX, 3);
        assert_eq!(taken, [0, 2, 4]);
        assert!(given <= 3 + 2 * AHEAD + 2, "{given}");
    }
}
