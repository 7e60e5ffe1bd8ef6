//! Demands of any text what `checks::edits` demands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::edits(&String::from_utf8_lossy(bytes)));
