//! A document as whoever answers a request sees it: what stands in it, and what it is a part of.

use std::sync::Arc;

use super::documents::{Document, LARGE, Reading};
use super::session::Session;
use super::worker;
use crate::finding::Finding;
use crate::project::{Place, Stack, View};

/// A document as whoever answers a request sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What stands in it.
    pub reading: Arc<Reading>,
    /// The stacks that it is a part of.
    pub project: Vec<View>,
}

impl Seen {
    /// The port at byte `offset` in each stack that knows it.
    pub fn ports_at(&self, offset: usize) -> Vec<(Arc<Stack>, Place)> {
        let port = |view: &View| {
            let place = view.stack.place_at(view.file, offset)?;
            Some((Arc::clone(&view.stack), place))
        };
        self.project.iter().filter_map(port).collect()
    }

    /// What the linter finds; in a large text beside the task that reads messages.
    pub async fn findings(&self) -> Arc<[Finding]> {
        if self.reading.text.len() > LARGE {
            let seen = self.clone();
            // If it panics, so does the same below, where it is answered for.
            let _ = worker::beside(move || drop(seen.reading.findings(&seen.project))).await;
        }
        self.reading.findings(&self.project)
    }
}

impl Session {
    /// `document` as it is seen now.
    pub async fn see(&self, document: &Document) -> Seen {
        let reading = document.read().await;
        let project = self.project.views(&reading).await;
        Seen { reading, project }
    }
}
