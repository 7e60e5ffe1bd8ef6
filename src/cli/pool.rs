//! Work on several threads whose results come in the order in which it was given.
//!
//! Only so much is under way at a time, so that memory does not grow with the work.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How many threads work at a time.
pub fn threads() -> usize {
    *THREADS
}

/// The same.
static THREADS: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

/// How many jobs are given out ahead of the one whose result is waited for.
static AHEAD: LazyLock<usize> = LazyLock::new(|| 4 * *THREADS);

/// How many of so many small `tasks` make a good job: few jobs, since to hand on each of them takes time, but several for each
/// thread, so that all have done their share at about the same time.
pub fn batch(tasks: usize) -> usize {
    (tasks / (8 * *THREADS)).clamp(1, 64)
}

/// Does `work` on every job that `give` hands out, and calls `take` with each result in the order of the jobs, until it
/// breaks. Once it has to wait after `patience` is over, `wait` is called, one time.
///
/// Only `work` is done by other threads, and a single job by none.
pub fn in_order<J: Send, R: Send>(
    give: impl FnOnce(&mut dyn FnMut(J) -> ControlFlow<()>),
    work: impl Fn(J) -> R + Sync,
    take: impl FnMut(R) -> ControlFlow<()>,
    patience: Duration,
    wait: impl FnOnce(),
) {
    let (jobs, given) = sync_channel::<(J, SyncSender<R>)>(*AHEAD);
    let (given, work) = (&Mutex::new(given), &work);
    let next = || given.lock().unwrap_or_else(PoisonError::into_inner).recv();
    thread::scope(|scope| {
        let start = || {
            for _ in 0..*THREADS {
                scope.spawn(move || {
                    while let Ok((job, slot)) = next() {
                        // Nobody takes the result of a job behind the one that broke.
                        let _ = slot.send(work(job));
                    }
                });
            }
        };
        let mut results =
            Results { slots: VecDeque::new(), take, patience, started: Instant::now(), wait: Some(wait) };
        let (mut last, mut are_started) = (None, false);
        let mut flow = ControlFlow::Continue(());
        give(&mut |job| {
            // The last job is kept back: it may be the only one.
            let Some(job) = last.replace(job) else { return ControlFlow::Continue(()) };
            if !std::mem::replace(&mut are_started, true) {
                start();
            }
            let (slot, result) = sync_channel(1);
            results.slots.push_back(result);
            // There is room, and somebody there who takes it.
            let _ = jobs.send((job, slot));
            flow = results.take_ready();
            flow
        });
        drop(jobs);
        if let Some(job) = last.filter(|_| flow.is_continue()) {
            let result = work(job);
            if results.take_down_to(0).is_continue() {
                let _ = (results.take)(result);
            }
        }
    });
}

/// The results that are still to come, in the order of the jobs.
struct Results<R, T, W> {
    slots: VecDeque<Receiver<R>>,
    take: T,
    patience: Duration,
    started: Instant,
    wait: Option<W>,
}

impl<R, T: FnMut(R) -> ControlFlow<()>, W: FnOnce()> Results<R, T, W> {
    /// Takes what is there, and waits for more where too much is under way.
    fn take_ready(&mut self) -> ControlFlow<()> {
        self.take_down_to(*AHEAD - 1)?;
        while let Some(result) = self.slots.front().and_then(|slot| slot.try_recv().ok()) {
            self.slots.pop_front();
            (self.take)(result)?;
        }
        ControlFlow::Continue(())
    }

    /// Takes the first results, until there are no more than that to come.
    fn take_down_to(&mut self, most: usize) -> ControlFlow<()> {
        while self.slots.len() > most {
            let Some(slot) = self.slots.pop_front() else { break };
            let left = self.patience.saturating_sub(self.started.elapsed());
            let result = slot.recv_timeout(left).or_else(|_| {
                self.wait.take().into_iter().for_each(|wait| wait());
                slot.recv()
            });
            // Without a result its thread has panicked, and so does this one at the end of the scope.
            let Ok(result) = result else { return ControlFlow::Break(()) };
            (self.take)(result)?;
        }
        ControlFlow::Continue(())
    }
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
        assert_eq!(doubled(1, usize::MAX).0, [0]);
    }

    #[test]
    fn jobs_are_few_but_enough_for_all_threads() {
        for tasks in [0_usize, 1, 10, 100, 1000, 10_000, 1_000_000] {
            let jobs = tasks.div_ceil(batch(tasks));
            assert!(jobs >= tasks.min(8 * *THREADS), "{tasks}: {jobs}");
            assert!(jobs <= (16 * *THREADS).max(tasks.div_ceil(64)), "{tasks}: {jobs}");
        }
    }

    #[test]
    fn a_break_ends_the_giving() {
        let (taken, given) = doubled(usize::MAX, 3);
        assert_eq!(taken, [0, 2, 4]);
        assert!(given <= 3 + 2 * *AHEAD + 2, "{given}");
    }
}
