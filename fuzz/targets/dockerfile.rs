//! Demands of any text what `checks::dockerfile` demands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::dockerfile(&String::from_utf8_lossy(bytes)));
