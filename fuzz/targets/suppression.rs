//! Demands of any text what `checks::suppression` demands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::suppression(&String::from_utf8_lossy(bytes)));
