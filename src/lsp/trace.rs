//! `$/setTrace` and `$/logTrace`: what the client wants to hear of the conversation itself.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tower_lsp::jsonrpc::Request;
use tower_lsp::ls_types::{LogTraceParams, TraceValue};

/// How much the client wants to hear; nothing until it says so.
#[derive(Debug, Default)]
pub struct Trace(AtomicU8);

impl Trace {
    /// Tells from now on as much as `value` says.
    pub fn set(&self, value: TraceValue) {
        let value = match value {
            TraceValue::Off => 0,
            TraceValue::Messages => 1,
            TraceValue::Verbose => 2,
        };
        self.0.store(value, Ordering::Relaxed);
    }

    /// Whether the client wants to hear anything.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    /// The message that `method` was handled within `time`, and with what, where the client wants to hear that too.
    pub fn handled(&self, method: &str, time: Duration, params: Option<String>) -> Request {
        let verbose = params.filter(|_| self.0.load(Ordering::Relaxed) > 1);
        let message = format!("{method}: {:.2} ms", time.as_secs_f64() * 1e3);
        let params = LogTraceParams { message, verbose };
        Request::build("$/logTrace").params(serde_json::to_value(params).unwrap_or_default()).finish()
    }
}
