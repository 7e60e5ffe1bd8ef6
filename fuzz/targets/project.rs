//! Demands of any text what `checks::project` demands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::project(&String::from_utf8_lossy(bytes)));
