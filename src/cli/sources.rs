//! What the command line says of the files to read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::LanguageName;
use crate::config::FileSize;
use crate::discovery::{Unread, read_from};

/// Which files are read, and as what.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to read")]
pub struct SourceArguments {
    /// Read every file as this language, whatever its name and content
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub language: Option<LanguageName>,

    /// The name that standard input has in the report, and by which its language is known
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,

    /// Read also the files and folders that are listed in this file, or on standard input if it is `-`: one a line, or, if
    /// there is a NUL byte in the list, with NUL behind each
    #[arg(long, value_name = "FILE|-")]
    pub files_from: Option<PathBuf>,

    /// Pass over what the configuration excludes even where it is named, and say nothing of a named file that is in no
    /// language we read: for pre-commit and others that name files by themselves
    #[arg(long)]
    pub force_exclude: bool,

    /// How large a file may be that is read: bytes, or with K, M or G behind the number 1024 of those, and so on; a larger one
    /// is passed over, with a message. `0` is no limit [default: 16M]
    #[arg(long, value_name = "SIZE")]
    pub max_file_size: Option<FileSize>,
}

impl SourceArguments {
    /// The paths that are listed in a file; none where there is no such list.
    ///
    /// # Errors
    ///
    /// Why the list cannot be read.
    pub fn listed(&self) -> Result<Vec<PathBuf>, String> {
        /// How many bytes a list may have: names of some million files.
        const MOST: u64 = 256 << 20;
        let Some(list) = &self.files_from else { return Ok(Vec::new()) };
        let mut bytes = Vec::new();
        let read = if list == Path::new("-") {
            read_from(io::stdin().lock(), MOST, &mut bytes)
        } else {
            fs::File::open(list).map_err(Unread::from).and_then(|file| read_from(file, MOST, &mut bytes))
        };
        read.map_err(|why| format!("the list of files {} cannot be read: {why}", list.display()))?;
        Ok(paths(&bytes).map(path).collect())
    }

    /// How many bytes a file may have that is read for the sake of others.
    pub fn most_of_others(&self) -> u64 {
        self.max_file_size.map_or(u64::MAX, FileSize::most)
    }

    /// Whether it was a program, not a person, that named the files.
    pub fn are_listed_by_a_program(&self) -> bool {
        self.force_exclude || self.files_from.is_some()
    }
}

/// The paths in a list, which stand on lines unless a NUL byte is in it.
fn paths(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let separator = if list.contains(&0) { 0 } else { b'\n' };
    let paths = list.split(move |&byte| byte == separator);
    let paths =
        paths.map(move |path| if separator == 0 { path } else { path.strip_suffix(b"\r").unwrap_or(path) });
    paths.filter(|path| !path.is_empty())
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    let path: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    path.into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_on_lines_or_ends_in_nul() {
        let listed = |list: &[u8]| paths(list).map(path).collect::<Vec<_>>();
        assert_eq!(listed(b"a\nb c\r\n\n"), [PathBuf::from("a"), "b c".into()]);
        assert_eq!(listed(b"a\nb\0c\0"), [PathBuf::from("a\nb"), "c".into()]);
        assert_eq!(listed(b""), [""; 0].map(PathBuf::from));
    }
}
