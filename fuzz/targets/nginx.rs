//! Demands of any text what `checks::nginx` demands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::nginx(&String::from_utf8_lossy(bytes)));
