//! The process of the client, which the server does not outlive.
//!
//! As a rule the server's input ends with it. Where somebody else holds the other end of that pipe too, only the system tells:
//! a process whose parent has ended has another one.

/// Ends the server when the client has ended, if the client is the `process` that started it. Any other number may name a
/// process of another machine, or of another container.
#[cfg(unix)]
pub fn watch(process: i64) {
    use std::os::unix::process::parent_id;
    use std::time::Duration;

    /// How often it is looked.
    const PAUSE: Duration = Duration::from_secs(1);

    let parent = || i64::from(parent_id());
    if parent() != process {
        return;
    }
    std::thread::spawn(move || {
        while parent() == process {
            std::thread::sleep(PAUSE);
        }
        super::log(format_args!("the client has ended"));
        // Nobody hears what is left to say, and nobody waits for what is left to do.
        std::process::exit(1);
    });
}

/// Where processes keep their parents, nobody can tell; there a pipe ends with whoever made it.
#[cfg(not(unix))]
pub const fn watch(_: i64) {}
