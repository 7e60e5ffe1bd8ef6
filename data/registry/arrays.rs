//! Rust's text for constants and arrays of numbers.

use std::fmt::Debug;

/// A constant.
pub fn constant(name: &str, kind: &str, summary: &str, value: &dyn Debug) -> String {
    format!("\n/// {summary}\npub const {name}: {kind} = {value:?};\n")
}

/// A static array of rows.
pub fn array<const COLUMNS: usize>(name: &str, columns: &str, rows: &[[u16; COLUMNS]]) -> String {
    let kind = format!("[u16; {COLUMNS}]");
    items(name, &kind, columns, rows.iter().map(|row| format!("{row:?}")).collect())
}

/// A static array of numbers.
pub fn list(name: &str, kind: &str, summary: &str, numbers: &[u32]) -> String {
    items(name, kind, summary, numbers.iter().map(u32::to_string).collect())
}

/// A static array, in lines of at most 100 characters.
fn items(name: &str, kind: &str, summary: &str, items: Vec<String>) -> String {
    let mut out = format!("\n/// {summary}\npub static {name}: [{kind}; {}] = [", items.len());
    let mut room = 0;
    for item in items {
        let width = item.len() + 2;
        if width > room {
            out.push_str("\n   ");
            room = 97;
        }
        room -= width;
        out.extend([" ", &item, ","]);
    }
    out.push_str("\n];\n");
    out
}
