//! One file, read so that nothing waits and nothing swells: whatever lies there, and whatever becomes of it meanwhile.

use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::config::FileSize;
use crate::text::decoded;

/// Why a file is not read.
#[derive(Debug)]
pub enum Unread {
    /// The file system says so.
    Io(io::Error),
    /// It is no regular file, but this: a pipe might never end, and a device is not to be touched.
    Kind(&'static str),
    /// It has more bytes than so many.
    Large(u64),
}

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(out),
            Self::Kind(kind) => write!(out, "it is {kind}, not a file"),
            Self::Large(most) => {
                let size = FileSize(*most).to_string();
                let unit = if size.ends_with(|it: char| it.is_ascii_digit()) { " bytes" } else { "" };
                write!(out, "it is larger than {size}{unit}")
            }
        }
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Unread> for io::Error {
    fn from(why: Unread) -> Self {
        match why {
            Unread::Io(error) => error,
            other => Self::other(other.to_string()),
        }
    }
}

/// How many bytes a file has that looks so from outside.
///
/// # Errors
///
/// It is no regular file.
pub fn regular(metadata: &Metadata) -> Result<u64, Unread> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return Ok(metadata.len());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Err(Unread::Kind("a pipe"));
        } else if kind.is_socket() {
            return Err(Unread::Kind("a socket"));
        } else if kind.is_block_device() || kind.is_char_device() {
            return Err(Unread::Kind("a device"));
        }
    }
    Err(Unread::Kind(if kind.is_dir() { "a folder" } else { "something else" }))
}

/// Puts what the regular file at `path` holds behind `bytes`, if that is no more than `most`.
///
/// Whoever asks knows that a regular file was there. What came into its place meanwhile is not waited for, and what grows is
/// read no further than it went.
///
/// # Errors
///
/// Why it is not read; then some of it may be there.
pub fn read(path: &Path, most: u64, bytes: &mut Vec<u8>) -> Result<(), Unread> {
    let file = open(path)?;
    let length = regular(&file.metadata()?)?;
    if length > most {
        return Err(Unread::Large(most));
    }
    if length == 0 {
        // So says what the system makes up for whoever asks.
        return read_from(file, most, bytes);
    }
    bytes.reserve(usize::try_from(length).unwrap_or(0));
    file.take(length).read_to_end(bytes)?;
    Ok(())
}

/// Puts what `source` holds behind `bytes`, if that is no more than `most`.
///
/// # Errors
///
/// Why it is not read; then some of it may be there: one byte more than `most` of what is too much.
pub fn read_from(source: impl Read, most: u64, bytes: &mut Vec<u8>) -> Result<(), Unread> {
    let read = source.take(most.saturating_add(1)).read_to_end(bytes)?;
    if read as u64 > most { Err(Unread::Large(most)) } else { Ok(()) }
}

/// What the file at `path` holds, if it is a regular file of no more than `most` bytes.
///
/// # Errors
///
/// Why it is not read.
pub fn bytes_of(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    // To open a device may be enough for it to do something; a giant is not even opened.
    let length = regular(&fs::metadata(path)?)?;
    if length > most {
        return Err(Unread::Large(most));
    }
    let mut bytes = Vec::new();
    // What the system makes up for whoever asks says that it is empty, and is nothing that somebody wrote.
    if length > 0 {
        read(path, most, &mut bytes)?;
    }
    Ok(bytes)
}

/// The text of the file at `path`, as [`decoded`] has it; `None` where it has more than `most` bytes, or is no regular file.
///
/// # Errors
///
/// Those of the file system.
pub fn text_of(path: &Path, most: u64) -> io::Result<Option<String>> {
    as_text(bytes_of(path, most))
}

/// The same, where somebody saw a regular file.
///
/// # Errors
///
/// Those of the file system.
pub fn text_of_file(path: &Path, most: u64) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    as_text(read(path, most, &mut bytes).map(|()| bytes))
}

fn as_text(bytes: Result<Vec<u8>, Unread>) -> io::Result<Option<String>> {
    match bytes {
        Ok(bytes) => {
            Ok(Some(String::from_utf8(bytes).unwrap_or_else(|error| decoded(error.as_bytes()).into_owned())))
        }
        Err(Unread::Io(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Opens the file at `path` to be read: a pipe that nobody writes to would have one wait, and so would what the system makes
/// up for whoever asks.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_as_is_allowed_is_read_and_no_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, "12345").expect("a file");
        assert_eq!(bytes_of(&path, 5).expect("it is small enough"), b"12345");
        assert!(matches!(bytes_of(&path, 4), Err(Unread::Large(4))));
        assert!(matches!(bytes_of(folder.path(), 4), Err(Unread::Kind("a folder"))));
        assert!(matches!(bytes_of(&folder.path().join("b"), 4), Err(Unread::Io(_))));
    }

    /// A file that says one thing of its length and holds another, as one does that changes while it is read.
    #[test]
    fn what_grows_or_shrinks_meanwhile_is_read_as_far_as_it_goes() {
        /// Writes itself as it is read.
        struct Growing;
        impl Read for Growing {
            fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
                bytes.fill(b'x');
                Ok(bytes.len())
            }
        }
        let mut bytes = Vec::new();
        assert!(matches!(read_from(Growing, 1000, &mut bytes), Err(Unread::Large(1000))));
        assert_eq!(bytes.len(), 1001);
        let mut bytes = Vec::with_capacity(1000);
        assert!(read_from(&b"12"[..], 1000, &mut bytes).is_ok());
        assert_eq!(bytes, b"12");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_came_into_the_place_of_a_file_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("Dockerfile");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there").success());
        let mut bytes = Vec::new();
        assert!(matches!(read(&pipe, 10, &mut bytes), Err(Unread::Kind("a pipe"))));
        assert!(matches!(read(Path::new("/dev/zero"), 10, &mut bytes), Err(Unread::Kind("a device"))));
    }
}
