//! Messages in and out: frames from standard input to the service, its answers to standard output.
//!
//! Each message is given to its handler in the order of arrival, and the handler runs up to its first `.await` before
//! the next message is looked at. A handler that panics answers with an error, and the server lives on.
//!
//! The framework has a transport of its own, which this one replaces: that one ends at the first frame that it cannot
//! read, believes any length that a header names, and stops reading while four handlers wait for the client.

use std::io::{self, BufReader, BufWriter, PipeWriter};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::{FutureExt, SinkExt, StreamExt};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::sync::mpsc;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};
use tower_lsp::{ClientSocket, LanguageServer, LspService};
use tower_service::Service;

use super::frames::{self, BadFrame};
use super::log;
use super::trace::Trace;

/// How many messages are read ahead of the one that is looked at.
const READ_AHEAD: usize = 64;

/// How long the process waits at its end for a client that does not read.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long the process goes on at most when its input has ended, whatever it is at.
const LAST_WORK: Duration = Duration::from_secs(30);

/// Serves until the client says `exit` or closes the server's input.
pub async fn run(mut service: LspService<impl LanguageServer>, socket: ClientSocket, trace: &Arc<Trace>) {
    let (sender, mut frames) = mpsc::channel(READ_AHEAD);
    read_input(sender.clone());
    let (output, written) = write_output(sender);
    let (mut requests, mut responses) = socket.split();
    let to_client = output.clone();
    tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            send(&to_client, &request);
        }
    });
    while let Some(Incoming::Frame(frame)) = frames.recv().await {
        match parse(frame) {
            Ok(Message::Request(request)) => {
                let request = without_idle_params(request);
                let is_exit = request.method() == "exit";
                if std::future::poll_fn(|cx| service.poll_ready(cx)).await.is_err() {
                    break;
                }
                call(&mut service, request, &output, trace).await;
                if is_exit {
                    break;
                }
            }
            // An answer to a request that nobody waits for any more has no reader.
            Ok(Message::Response(response)) => drop(responses.send(response).await),
            Err(Wrong { id, error }) => {
                log(format_args!("a message that is none: {}", error.message));
                send(&output, &Response::from_error(id, error));
            }
        }
    }
    // The client may have gone, or may read no more: then the last words are for nobody.
    let _ = output.send(Outgoing::End);
    let _ = written.recv_timeout(LAST_WORDS);
}

/// A message from the client.
enum Message {
    Request(Request),
    Response(Response),
}

/// A message that is none.
struct Wrong {
    /// The name that the client gave to its request, where that can be read.
    id: Id,
    error: Error,
}

/// What comes from the client.
enum Incoming {
    /// The body of a message, or what is wrong with it.
    Frame(Result<Vec<u8>, BadFrame>),
    /// Nothing more, or nobody who would read an answer.
    End,
}

/// What the thread that writes is told.
enum Outgoing {
    /// Write the body of a message.
    Body(Vec<u8>),
    /// Write nothing more. Handlers that are still at work keep their end of the channel, so it does not close by itself.
    End,
}

/// The few words that tell what a message is.
#[derive(Deserialize)]
struct Head {
    method: Option<IgnoredAny>,
    id: Option<Name>,
}

/// What stands where the name of a request does.
#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Known(Id),
    Other(IgnoredAny),
}

fn parse(frame: Result<Vec<u8>, BadFrame>) -> Result<Message, Wrong> {
    let nameless = |error| Wrong { id: Id::Null, error };
    let body =
        frame.map_err(|bad| nameless(Error { message: bad.to_string().into(), ..Error::parse_error() }))?;
    // Valid JSON that is no message is an invalid request; what is no JSON cannot be parsed.
    let invalid = |error: serde_json::Error| {
        let kind = if error.is_data() { Error::invalid_request() } else { Error::parse_error() };
        Error { message: format!("{}: {error}", kind.message).into(), ..kind }
    };
    // An array would be taken for the fields of a message, in their order.
    if body.trim_ascii_start().starts_with(b"[") {
        let whole: Result<IgnoredAny, _> = serde_json::from_slice(&body);
        let error = whole.map_or_else(invalid, |_| Error {
            message: "Invalid request: a message is an object, and comes alone".into(),
            ..Error::invalid_request()
        });
        return Err(nameless(error));
    }
    let head: Head = serde_json::from_slice(&body).map_err(|error| nameless(invalid(error)))?;
    let id = match head.id {
        Some(Name::Known(id)) => id,
        Some(Name::Other(_)) | None => Id::Null,
    };
    if head.method.is_some() {
        return serde_json::from_slice(&body)
            .map(Message::Request)
            .map_err(|error| Wrong { id, error: invalid(error) });
    }
    // A response is not answered by the name of what it answers: that is a name of ours.
    serde_json::from_slice(&body).map(Message::Response).map_err(|error| {
        nameless(Error {
            message: format!("neither request nor response: {error}").into(),
            ..Error::invalid_request()
        })
    })
}

/// `request` as it is meant: `shutdown` and `exit` take no parameters, and some clients (lsp-mode) send empty ones, which
/// the framework refuses.
fn without_idle_params(request: Request) -> Request {
    if !matches!(request.method(), "shutdown" | "exit") {
        return request;
    }
    let (method, id, _) = request.into_parts();
    let builder = Request::build(method);
    match id {
        Some(id) => builder.id(id).finish(),
        None => builder.finish(),
    }
}

/// Gives `request` to its handler, and runs it at once up to its first `.await`; what is left goes on by itself.
async fn call(
    service: &mut LspService<impl LanguageServer>,
    request: Request,
    output: &Sender<Outgoing>,
    trace: &Arc<Trace>,
) {
    let id = request.id().cloned();
    let output = output.clone();
    let traced = trace.is_on().then(|| Traced::new(&request, Arc::clone(trace)));
    let answer = AssertUnwindSafe(service.call(request)).catch_unwind();
    let mut handler = Box::pin(async move {
        match answer.await {
            Ok(Ok(Some(response))) => send(&output, &response),
            Ok(Ok(None) | Err(_)) => {}
            Err(_) => {
                log(format_args!("a handler panicked; the server goes on"));
                if let Some(id) = id {
                    send(&output, &Response::from_error(id, Error::internal_error()));
                }
            }
        }
        if let Some(traced) = traced {
            send(&output, &traced.handled());
        }
    });
    let first_steps = std::future::poll_fn(|cx| Poll::Ready(Pin::as_mut(&mut handler).poll(cx))).await;
    if first_steps.is_pending() {
        tokio::spawn(handler);
    }
}

/// A message that is being handled, of which the client wants to hear.
struct Traced {
    method: String,
    params: Option<String>,
    start: Instant,
    trace: Arc<Trace>,
}

impl Traced {
    fn new(request: &Request, trace: Arc<Trace>) -> Self {
        let params = request.params().map(ToString::to_string);
        Self { method: request.method().to_owned(), params, start: Instant::now(), trace }
    }

    /// What the client hears once it is handled.
    fn handled(self) -> Request {
        self.trace.handled(&self.method, self.start.elapsed(), self.params)
    }
}

/// Reads frames on a thread of its own: standard input has no other way to be read without standing in the way.
fn read_input(sender: mpsc::Sender<Incoming>) {
    thread::spawn(move || {
        let mut input = BufReader::with_capacity(1 << 16, io::stdin().lock());
        loop {
            let incoming = match frames::read(&mut input) {
                Ok(Some(frame)) => Incoming::Frame(frame),
                Ok(None) => Incoming::End,
                Err(error) => {
                    log(format_args!("the input ended: {error}"));
                    Incoming::End
                }
            };
            let is_end = matches!(incoming, Incoming::End);
            if is_end {
                // Should anything be stuck by then, nobody is left to notice.
                thread::spawn(|| {
                    thread::sleep(LAST_WORK);
                    std::process::exit(1);
                });
            }
            if sender.blocking_send(incoming).is_err() || is_end {
                return;
            }
        }
    });
}

/// Writes bodies on a thread of its own, so that a client that reads slowly stops nothing. The receiver hears when all
/// is written; `incoming`, when nobody reads any more.
fn write_output(incoming: mpsc::Sender<Incoming>) -> (Sender<Outgoing>, Receiver<()>) {
    let (sender, outgoing) = channel();
    let (done, written) = channel();
    thread::spawn(move || {
        if let Err(error) = write_all(&outgoing) {
            log(format_args!("the output ended: {error}"));
            // The conversation may have ended before.
            let _ = incoming.blocking_send(Incoming::End);
        }
        // Nobody may be waiting.
        let _ = done.send(());
    });
    (sender, written)
}

/// Writes what is `outgoing` until it is told to end.
fn write_all(outgoing: &Receiver<Outgoing>) -> io::Result<()> {
    let mut output = BufWriter::new(standard_output()?);
    while let Ok(Outgoing::Body(body)) = outgoing.recv() {
        frames::write(&mut output, &body)?;
    }
    Ok(())
}

/// Standard output as it is. What the standard library has for it writes a message in two parts, since there is a line end
/// in it, and the client is woken for each.
fn standard_output() -> io::Result<PipeWriter> {
    #[cfg(unix)]
    let output = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned();
    #[cfg(windows)]
    let output = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned();
    output.map(PipeWriter::from)
}

fn send(output: &Sender<Outgoing>, message: &impl serde::Serialize) {
    match serde_json::to_vec(message) {
        // The writer is gone only where the client is.
        Ok(body) => drop(output.send(Outgoing::Body(body))),
        Err(error) => log(format_args!("a message cannot be written: {error}")),
    }
}
