//! Writes `data/portolan.schema.json`, by which editors complete and check a `portolan.toml`.
//!
//! ```text
//! cargo run --example schema                        write data/portolan.schema.json
//! cargo run --example schema -- --check             fail if it is not what would be written
//! ```

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

/// What to type.
const USAGE: &str = "usage: schema [--check]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [] => write(),
        ["--check"] => check(),
        _ => Err(USAGE.to_owned()),
    };
    let Err(message) = done else { return ExitCode::SUCCESS };
    eprintln!("{message}");
    ExitCode::FAILURE
}

/// Writes the schema.
fn write() -> Result<(), String> {
    fs::write(file(), schema()?).map_err(|error| format!("{}: {error}", file().display()))
}

/// Compares the checked-in schema with what would be written.
fn check() -> Result<(), String> {
    let text = fs::read_to_string(file()).map_err(|error| format!("{}: {error}", file().display()))?;
    if text == schema()? {
        return Ok(());
    }
    Err(format!("{} is stale: run `cargo run --example schema`", file().display()))
}

fn schema() -> Result<String, String> {
    let schema =
        serde_json::to_string_pretty(&portolan::config::schema()).map_err(|error| error.to_string())?;
    Ok(schema + "\n")
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/portolan.schema.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_schema_is_fresh() {
        assert_eq!(check(), Ok(()));
    }
}
