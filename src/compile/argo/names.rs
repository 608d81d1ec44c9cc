//! Names of `WorkflowTemplate`s: short enough for Argo, and each with only one meaning.

use std::collections::BTreeMap;

use crate::program::{Program, Workflow};

/// The limit of Kubernetes for a label value, in characters: Argo uses the name of a template as one.
const LONGEST: usize = 63;

/// The template names in use, with the meaning of each.
pub(in crate::compile) struct TemplateNames(BTreeMap<String, String>);

impl TemplateNames {
    /// Starts with the names of the program's workflows and of the cluster templates they use.
    pub(in crate::compile) fn new(program: &Program) -> TemplateNames {
        let own = |workflow: &Workflow| workflow.template().unwrap_or(&workflow.name.value).to_owned();
        TemplateNames(program.workflows.values().map(|workflow| (own(workflow), own(workflow))).collect())
    }

    /// The wanted name, or a similar one if it is too long or already has another meaning.
    pub(in crate::compile) fn name(&mut self, wanted: &str, meaning: &str) -> String {
        let mut name = wanted.to_owned();
        let mut salt = meaning.to_owned();
        while name.len() > LONGEST || self.0.get(&name).is_some_and(|known| known != meaning) {
            let head: String = wanted.chars().take(LONGEST - 9).collect();
            name = format!("{}-{}", head.trim_end_matches('-'), digest(&salt));
            salt.push('+');
        }
        self.0.insert(name.clone(), meaning.to_owned());
        name
    }
}

/// 32-bit FNV-1a in hexadecimal: short, and the same on every machine.
pub(in crate::compile) fn digest(text: &str) -> String {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_has_one_meaning() {
        let mut names = TemplateNames::new(&Program::default());
        let first = names.name("a-b-c-start", "a b-c");
        assert_eq!(first, "a-b-c-start");
        assert_eq!(names.name("a-b-c-start", "a b-c"), first);
        assert_ne!(names.name("a-b-c-start", "a-b c"), first);
        let long = "x".repeat(70);
        let (one, other) = (names.name(&long, "one"), names.name(&long, "other"));
        assert!(one.len() <= LONGEST && other.len() <= LONGEST && one != other);
    }
}
