//! What the environments of a recorded release wait for, as far as no entry says so: their dependencies, and that a soak
//! was cut off.

use indexmap::IndexMap;

use super::releases::EnvironmentView;
use crate::ledger::meta::{Meta, MetaEnvironment};
use crate::release::{Status, describe};
use crate::source::one_line;

/// Corrects the waits of environments that have not begun. The loss of a dependency voids a soak, and the end of the
/// release cuts it off.
pub(super) fn correct_waits(meta: &Meta, release: Status, environments: &mut IndexMap<String, EnvironmentView>) {
    for environment in &meta.environments {
        let unmet = unmet(environment, environments);
        let Some(view) = environments.get_mut(&environment.name).filter(|view| view.status == Status::Pending) else {
            continue;
        };
        match view.waits_for.first_mut() {
            _ if !unmet.is_empty() => view.waits_for = unmet,
            Some(words) if release.is_end() && words.starts_with(describe::SOAK) => {
                *words = describe::SOAK.to_owned();
            }
            _ => {}
        }
    }
}

/// The dependencies of an environment that are not met, in words.
fn unmet(environment: &MetaEnvironment, environments: &IndexMap<String, EnvironmentView>) -> Vec<String> {
    let open = |name: &&String| environments.get(*name).is_none_or(|view| view.status != Status::Succeeded);
    let mut found = Vec::new();
    for (nth, (count, of)) in environment.needs.iter().enumerate() {
        let missing: Vec<String> = of.iter().filter(open).map(|name| one_line(name)).collect();
        let met = of.len() - missing.len();
        match *count as usize {
            count if met >= count => {}
            count if count == of.len() => found.extend(missing),
            count => {
                // Older ledgers do not record the name of the group.
                let group = environment.groups.get(nth).filter(|group| !group.is_empty()).map(|group| one_line(group));
                let group = group.unwrap_or_else(|| missing.join(", "));
                found.push(describe::some_of(count - met, &group));
            }
        }
    }
    found
}
