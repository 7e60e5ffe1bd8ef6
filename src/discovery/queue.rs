//! Tasks of which each may bring others, for several threads.

use std::sync::{Condvar, Mutex, PoisonError};

use super::lock;

/// The tasks that are not done yet. The last that was added is taken first, so that they do not become many.
#[derive(Debug)]
pub struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    tasks: Vec<T>,
    /// How many are taken and not done.
    taken: usize,
    /// How many threads wait.
    waiting: usize,
}

impl<T> Queue<T> {
    /// These `tasks`.
    pub fn of(tasks: impl IntoIterator<Item = T>) -> Self {
        let state = State { tasks: tasks.into_iter().collect(), taken: 0, waiting: 0 };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Whether nobody need take a task now.
    pub fn is_empty(&self) -> bool {
        lock(&self.state).tasks.is_empty()
    }

    /// The next task, which may have to be waited for; `None` when all are done.
    pub fn next(&self) -> Option<(T, Turn<'_, T>)> {
        let mut state = lock(&self.state);
        loop {
            if let Some(task) = state.tasks.pop() {
                state.taken += 1;
                return Some((task, Turn { queue: self, added: Vec::new() }));
            }
            if state.taken == 0 {
                return None;
            }
            state.waiting += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }
}

/// Somebody has taken a task. It is done when this is let go, even by a panic: nobody waits for it then.
#[derive(Debug)]
pub struct Turn<'a, T> {
    queue: &'a Queue<T>,
    added: Vec<T>,
}

impl<T> Turn<'_, T> {
    /// Adds a task that this one brings.
    pub fn add(&mut self, task: T) {
        self.added.push(task);
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        let mut state = lock(&self.queue.state);
        state.taken -= 1;
        state.tasks.append(&mut self.added);
        let is_over = state.tasks.is_empty() && state.taken == 0;
        if state.waiting > 0 && (is_over || !state.tasks.is_empty()) {
            self.queue.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn what_a_task_brings_is_done_too() {
        let queue = Queue::of([6]);
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while let Some((depth, mut turn)) = queue.next() {
                        done.fetch_add(1, Ordering::Relaxed);
                        (0..depth).for_each(|below| turn.add(below));
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 64);
        assert!(queue.is_empty() && queue.next().is_none());
    }

    #[test]
    fn nobody_waits_for_a_task_that_panics() {
        let queue = Queue::of([()]);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _turn = queue.next();
            panic!("while the task is done");
        }));
        assert!(panicked.is_err() && queue.next().is_none());
    }
}
