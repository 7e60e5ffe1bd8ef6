//! Files that are written as a whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::discovery::{Unread, bytes_of};

/// Puts `after` in the place of the file at `path`, of which `before` was read. Where `path` is a link, the file that it
/// leads to is replaced. One that holds `after` already was named twice, and is left as it is.
///
/// # Errors
///
/// Why it is left as it was.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    if holds(&target, after)? {
        return Ok(());
    }
    let metadata = fs::metadata(&target)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let (file, temporary) = temporary(folder).map_err(|error| {
        let said = format!("cannot write to its folder, {}: {error}", folder.display());
        io::Error::new(error.kind(), said)
    })?;
    let result = fill(file, &temporary, &metadata, after).and_then(|()| {
        if !holds(&target, before)? {
            return Err(io::Error::other("it was changed by somebody else meanwhile"));
        }
        fs::rename(&temporary, &target)
    });
    if result.is_err() {
        // The error that is told is the one that matters.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Whether the file at `path` holds these `bytes`, and is a file.
fn holds(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    match bytes_of(path, bytes.len() as u64) {
        Ok(held) => Ok(held == bytes),
        Err(Unread::Large(_)) => Ok(false),
        Err(why) => Err(why.into()),
    }
}

/// Puts `bytes` into the file at `path`, whether there is one already or not.
///
/// # Errors
///
/// Why nothing was changed.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::read(path) {
        Ok(before) => replace(path, &before, bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::write(path, bytes),
        Err(error) => Err(error),
    }
}

/// A new file in `folder`, and its path.
fn temporary(folder: &Path) -> io::Result<(File, PathBuf)> {
    const TRIES: usize = 100;
    let mut tries = 0..TRIES;
    loop {
        let number = tries.next().unwrap_or(TRIES);
        let path = folder.join(format!(".portolan-{}-{number}.tmp", std::process::id()));
        let mut options = OpenOptions::new();
        // Until it has the permissions of the file that it replaces, nobody else is to read what that one holds.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes `bytes` to `file`, and gives it the owner and permissions of the one that it replaces.
fn fill(mut file: File, path: &Path, metadata: &Metadata, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    // What is renamed into the place of the old text must not be lost with the power.
    file.sync_all()?;
    drop(file);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        // Only root can give a file away; to others it was theirs, or it becomes so.
        let _ = chown(path, Some(metadata.uid()), Some(metadata.gid()));
    }
    fs::set_permissions(path, metadata.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_somebody_else_changed_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        fs::write(&path, "EXPOSE 81").unwrap();
        let error = replace(&path, b"EXPOSE 80", b"EXPOSE 82").unwrap_err();
        assert!(error.to_string().contains("somebody else"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "EXPOSE 81");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        replace(&path, b"EXPOSE 81", b"EXPOSE 82").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "EXPOSE 82");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
