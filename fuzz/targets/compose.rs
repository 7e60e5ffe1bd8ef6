//! Demands of any text what `checks::compose` demands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::compose(&String::from_utf8_lossy(bytes)));
