//! Which machine and which process this is: for leases, locks and for telling a restart from a crash.
//!
//! Where there is no `/proc` (outside Linux) the boot and the start of a process are unknown, and two processes of one host
//! are told apart by their ids alone.

use serde::{Deserialize, Serialize};

/// A process, so that others can find out whether it still lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The name of its host.
    pub host: String,
    /// The boot of the host that it runs in, where known.
    pub boot: Option<String>,
    /// Its process id.
    pub pid: u32,
    /// When it was started, in ticks since the boot, where known: process ids are used again.
    pub started: Option<u64>,
}

impl Holder {
    /// This process.
    pub fn this() -> Self {
        let pid = std::process::id();
        Self { host: host(), boot: boot_id(), pid, started: started(pid) }
    }

    /// Whether it is certain that the process has ended. Of another host's processes nothing is certain.
    ///
    /// Containers that share a host name but not their processes look like one host; give each a name of its own.
    pub fn is_gone(&self) -> bool {
        if self.host != host() {
            return false;
        }
        match (&self.boot, boot_id()) {
            (Some(then), Some(now)) if *then != now => return true,
            _ => {}
        }
        if !is_alive(self.pid) {
            return true;
        }
        matches!((self.started, started(self.pid)), (Some(then), Some(now)) if then != now)
    }
}

/// The name of this host.
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The id of this boot of the machine, where the system has one.
pub fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// Whether there is a process of this id.
fn is_alive(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    // Being forbidden to signal it proves that it is there.
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

/// When a process was started, in ticks since the boot.
fn started(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the name in parentheses and may hold anything; the start is the 22nd.
    let (_, after_name) = stat.rsplit_once(") ")?;
    after_name.split(' ').nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_gone_when_it_ended_or_its_id_is_anothers() {
        let this = Holder::this();
        assert!(!this.is_gone());
        assert!(!this.host.is_empty());
        let mut child = std::process::Command::new("sleep").arg("100").spawn().unwrap();
        let other = Holder { pid: child.id(), started: started(child.id()), ..this.clone() };
        assert!(!other.is_gone());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(other.is_gone());
        assert!(!Holder { host: "elsewhere".into(), ..other }.is_gone(), "of another host nothing is certain");
        assert!(Holder { pid: 0, ..this.clone() }.is_gone());
        if cfg!(target_os = "linux") {
            assert!(Holder { started: Some(1), ..this.clone() }.is_gone());
            assert!(Holder { boot: Some("another".into()), ..this }.is_gone());
        }
    }
}
