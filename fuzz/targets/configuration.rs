//! Demands of any text what `checks::configuration` demands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::configuration(&String::from_utf8_lossy(bytes)));
