//! Demands of any text what `checks::fixes` demands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::fixes(&String::from_utf8_lossy(bytes)));
