//! Panics on demand, by which it is tested that one anywhere leaves the server alive. A release holds nothing of it.

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

/// `portolan/fault`: where to panic from now on.
#[derive(Debug, Deserialize)]
pub struct Fault {
    /// The name of a [place](at).
    place: String,
    /// What the place must be about.
    about: String,
}

static FAULT: Mutex<Option<Fault>> = Mutex::new(None);

/// Panics from now on where `fault` says.
pub fn set(fault: Fault) {
    *FAULT.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
}

/// A place at which a panic may be wanted that is about `text`.
pub fn at(place: &str, text: &str) {
    let is_wanted = |fault: &Fault| fault.place == place && text.contains(&fault.about);
    let is_hit = FAULT.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(is_wanted);
    assert!(!is_hit, "a fault on demand: {place}");
}
