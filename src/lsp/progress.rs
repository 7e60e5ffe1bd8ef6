//! `window/workDoneProgress`: how far the reading of a large workspace is.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tower_lsp::ls_types::ProgressToken;

use super::session::Session;

/// The name of the progress.
const TOKEN: &str = "portolan/workspace";

/// A workspace of fewer files than this is read before anybody could look at the progress.
const LARGE: usize = 200;

/// A step of the reading.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// So many files are to be read.
    Counted(usize),
    /// One of them is.
    Read,
}

/// Whether `token` is that of the progress.
pub fn is_ours(token: &ProgressToken) -> bool {
    *token == ProgressToken::String(TOKEN.to_owned())
}

/// Shows the `steps` of a long reading to a client that can, until there are no more.
pub async fn show(session: Arc<Session>, mut steps: UnboundedReceiver<Step>) {
    let Some(Step::Counted(count)) = steps.recv().await else { return };
    if count < LARGE || !session.abilities().progress {
        return;
    }
    let token = ProgressToken::String(TOKEN.to_owned());
    if session.client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    let progress = session.client.progress(token, "Portolan: reading the workspace");
    let message = |read: usize| format!("{read}/{count} files");
    let progress = progress.with_message(message(0)).with_percentage(0).with_cancel_button().begin().await;
    let (mut read, mut shown) = (0, 0);
    while let Some(step) = steps.recv().await {
        read += usize::from(matches!(step, Step::Read));
        let percentage = read * 100 / count;
        if percentage > shown {
            shown = percentage;
            let percentage = percentage.try_into().unwrap_or_default();
            progress.report_with_message(message(read), percentage, Some(true)).await;
        }
    }
    progress.finish_with_message(message(read)).await;
}
