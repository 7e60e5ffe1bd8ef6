//! How far a long run is, on standard error, for somebody who waits at a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The line that shows how many files are read. Its clones are the same line.
#[derive(Clone, Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// How long somebody waits without being told why.
    pub const PATIENCE: Duration = Duration::from_secs(1);

    /// A line that is not shown yet.
    pub fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {human_pos} files read in {elapsed}");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self(style.map_or(bar.clone(), |style| bar.with_style(style)))
    }

    /// Shows the line from now on, if standard error is a terminal.
    pub fn show(&self) {
        self.0.set_draw_target(ProgressDrawTarget::stderr());
        self.0.enable_steady_tick(Duration::from_millis(100));
    }

    /// Counts some files more.
    pub fn advance(&self, files: usize) {
        self.0.inc(files as u64);
    }

    /// Does something that writes to the terminal, while the line is not there.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    /// Takes the line away.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
