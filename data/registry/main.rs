//! Writes the registry's packed tables from `data/`, and renews `data/iana.csv` from IANA's own file.
//!
//! ```text
//! cargo run --example registry                      write src/registry/tables.rs and tables.txt
//! cargo run --example registry -- --check           fail if they are not what would be written
//! cargo run --example registry -- refresh FILE      renew data/iana.csv from FILE, say what changed, write the tables
//! ```

mod arrays;
mod iana;
mod pack;
mod refresh;
mod sheet;
mod texts;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use crate::pack::{Packed, pack};
use crate::refresh::refresh;
use crate::sheet::{Problem, Sheet};

/// What to type.
const USAGE: &str = "usage: registry [--check | refresh service-names-port-numbers.csv]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [] => write_tables(),
        ["--check"] => check_tables(),
        ["refresh", file] => refresh_from(Path::new(file)),
        _ => Err(USAGE.to_owned()),
    };
    let Err(message) = done else { return ExitCode::SUCCESS };
    eprintln!("{message}");
    ExitCode::FAILURE
}

/// Packs `data/` into the checked-in tables.
fn write_tables() -> Result<(), String> {
    let packed = pack(&mut read_sheet).map_err(|problem| problem.to_string())?;
    for (path, text) in files(&packed) {
        write(&path, text)?;
    }
    Ok(())
}

/// Compares the checked-in tables with what `data/` packs into.
fn check_tables() -> Result<(), String> {
    let packed = pack(&mut read_sheet).map_err(|problem| problem.to_string())?;
    for (path, text) in files(&packed) {
        if read(&path)? != *text {
            return Err(format!("{} is stale: run `cargo run --example registry`", path.display()));
        }
    }
    Ok(())
}

/// Renews `data/iana.csv` from IANA's file, and the tables with it; writes nothing unless all of it is sound.
fn refresh_from(path: &Path) -> Result<(), String> {
    let table = read(&home().join("data/iana.csv"))?;
    let fresh =
        refresh(&table, &path.display().to_string(), &read(path)?).map_err(|problem| problem.to_string())?;
    let packed = pack(&mut |name| match name {
        "iana.csv" => Sheet::read(name, &fresh.table),
        "iana-date.csv" => Sheet::read(name, &fresh.date),
        _ => read_sheet(name),
    });
    let packed =
        packed.map_err(|problem| format!("{problem}\n(the new registry does not fit the other tables)"))?;
    write(&home().join("data/iana.csv"), &fresh.table)?;
    write(&home().join("data/iana-date.csv"), &fresh.date)?;
    for (path, text) in files(&packed) {
        write(&path, text)?;
    }
    // Whoever closed the pipe has read enough.
    let _ = io::stdout().write_all(fresh.changes.as_bytes());
    Ok(())
}

/// The checked-in files that a packing belongs in.
fn files(packed: &Packed) -> [(PathBuf, &String); 2] {
    let folder = home().join("src/registry");
    [(folder.join("tables.rs"), &packed.tables), (folder.join("tables.txt"), &packed.texts)]
}

/// One of our own tables.
fn read_sheet(name: &str) -> Result<Sheet, Problem> {
    let text = read(&home().join("data").join(name)).map_err(|message| Problem::of_file(name, message))?;
    Sheet::read(name, &text)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The root of the repository.
fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_checked_in_tables_are_fresh() {
        assert_eq!(check_tables(), Ok(()));
    }

    #[test]
    fn every_table_in_data_is_packed() {
        let mut packed = BTreeSet::new();
        let read = &mut |name: &str| {
            packed.insert(name.to_owned());
            read_sheet(name)
        };
        assert!(pack(read).is_ok());
        let names = fs::read_dir(home().join("data")).unwrap().map(|entry| entry.unwrap().file_name());
        let names = names.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".csv"));
        assert_eq!(names.collect::<BTreeSet<_>>(), packed);
    }
}
