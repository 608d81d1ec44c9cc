//! Which machine and which process this is: for locks, and for telling a restart from a crash.
//!
//! Where there is no `/proc` (outside Linux) the boot is unknown.

use serde::{Deserialize, Serialize};

/// A process, so that others can say who is at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The name of its host.
    pub host: String,
    /// Its process id.
    pub pid: u32,
}

impl Holder {
    /// This process.
    pub fn this() -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { host, pid: std::process::id() }
    }
}

/// The id of this boot of the machine, where the system has one.
pub fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}
