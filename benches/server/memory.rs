//! What a process and its children take of the machine, as Linux tells it in `/proc`.

use std::fs;
use std::time::Duration;

/// Bytes of memory that lie in RAM.
#[derive(Clone, Copy)]
pub struct Memory {
    /// Now (`VmRSS`).
    pub resident: u64,
    /// At most so far (`VmHWM`): of several processes the sum.
    pub peak: u64,
}

/// The memory of a process and of all that it has started. `None` where there is no `/proc`, or no such process.
pub fn memory(process: u32) -> Option<Memory> {
    let mut memory = Memory { resident: 0, peak: 0 };
    for process in family(process) {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        memory.resident += kibibytes(&status, "VmRSS:").unwrap_or(0) * 1024;
        memory.peak += kibibytes(&status, "VmHWM:").unwrap_or(0) * 1024;
    }
    (memory.resident > 0).then_some(memory)
}

/// How long a process and all that it has started have computed so far, in ticks of the kernel's clock.
pub fn ticks(process: u32) -> Option<u64> {
    family(process).into_iter().map(|it| Some(stat(it)?.ticks)).sum()
}

/// How long the threads of a process have computed so far, as the kernel's scheduler counts it; without what it has started,
/// and without those of its threads that have ended.
pub fn computed(process: u32) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?.flatten();
    let nanoseconds = |thread: fs::DirEntry| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some(Duration::from_nanos(threads.filter_map(nanoseconds).sum()))
}

/// A process and its children, theirs, and so on.
fn family(process: u32) -> Vec<u32> {
    let mut family = vec![process];
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut others: Vec<(u32, u32)> = processes
        .filter_map(|it| it.file_name().to_str()?.parse().ok())
        .filter_map(|it| Some((it, stat(it)?.parent)))
        .collect();
    while let Some(index) = others.iter().position(|(_, parent)| family.contains(parent)) {
        family.push(others.swap_remove(index).0);
    }
    family.sort_unstable();
    family.dedup();
    family
}

struct Stat {
    parent: u32,
    ticks: u64,
}

/// proc(5): what stands behind the name, which is in parentheses and may hold anything.
fn stat(process: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let (user, system): (u64, u64) = (fields.get(11)?.parse().ok()?, fields.get(12)?.parse().ok()?);
    Some(Stat { parent: fields.get(1)?.parse().ok()?, ticks: user + system })
}

fn kibibytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
