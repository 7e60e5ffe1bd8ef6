//! The language server: the protocol on one side, the core on the other.
//!
//! Invariant: a notification is applied to the documents before the next message is looked at. The transport runs each
//! handler up to its first `.await` as soon as the message is read, and no handler awaits before it has taken what it
//! needs from, or given what it has to, the documents.
//!
//! The server keeps no state but the open documents, the configurations they fall under, the stacks that the files make up,
//! and what was found in the files of the workspace that nobody has open. It never waits for the client, writes nothing but the protocol to standard
//! output, and ends at `exit`, or when its input ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::FutureExt;
use tower_lsp::LspService;

mod abilities;
mod capabilities;
mod chart;
mod client_process;
mod code_action;
mod completion;
mod configuration;
mod convert;
mod diagnostics;
mod disk;
mod documents;
#[cfg(debug_assertions)]
mod faults;
mod frames;
mod hover;
mod inlay_hint;
mod links;
mod navigation;
mod options;
mod progress;
mod project;
mod registration;
mod rename;
mod seen;
mod server;
mod session;
mod spot;
mod stacks;
mod symbols;
mod trace;
mod transport;
mod worker;
mod workspace;
mod workspace_symbols;

use server::Server;

/// Serves the client on standard input and output until it ends; the exit code is 0 if the client asked for the shutdown
/// first, as the protocol wants it, and 1 otherwise.
#[must_use]
pub fn serve() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log(format_args!("cannot start: {error}"));
            return ExitCode::from(2);
        }
    };
    let shut_down = runtime.block_on(async {
        let service = LspService::build(Server::new);
        #[cfg(debug_assertions)]
        let service = service.custom_method("portolan/fault", Server::fault);
        let (service, socket) = service
            .custom_method("$/setTrace", Server::set_trace)
            .custom_method("portolan/chart", Server::chart)
            .custom_method("window/workDoneProgress/cancel", Server::cancel_progress)
            .finish();
        let session = Arc::clone(&service.inner().session);
        transport::run(service, socket, &session.trace).await;
        session.is_over()
    });
    // Work that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    if shut_down { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A place at which a test may want a panic that is about `text`; nothing in a release.
fn fault(place: &str, text: &str) {
    #[cfg(debug_assertions)]
    faults::at(place, text);
    #[cfg(not(debug_assertions))]
    let _ = (place, text);
}

/// Does some work that must not take down what comes behind it; `None` where it panicked.
async fn survived<T>(what: &str, work: impl Future<Output = T>) -> Option<T> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.inspect_err(|_| log(format_args!("a panic over {what}; the server goes on"))).ok()
}

/// As [`survived`], here and now.
fn survived_here<T>(what: &str, work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.inspect_err(|_| log(format_args!("a panic over {what}; the server goes on"))).ok()
}

/// Says something to whoever reads the server's standard error.
fn log(what: std::fmt::Arguments<'_>) {
    use std::io::Write;
    // Where nobody reads it there is nobody to tell that.
    let _ = writeln!(std::io::stderr(), "portolan: {what}");
}
