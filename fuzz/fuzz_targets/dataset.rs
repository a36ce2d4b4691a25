#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drop(snnl_score_fuzz::read_all("dataset", bytes)));
