//! Names of files that differ between environments, such as `values-{environment}.yaml`.
//!
//! Content is read once and copied to several environments, so such a file is recorded under a name with gaps.
//! INVARIANT: in an origin, a null character marks the place of the environment's name. Git allows none in a path, so no
//! other name looks like one with a gap.

use crate::program::ENVIRONMENT;

const GAP: &str = "\0";

/// The recorded names of the files of one environment that a `copy` names.
pub(super) struct RecordedNames<'a> {
    environment: &'a str,
    gaps: usize,
    /// The pattern with gaps; `None` if it has none, or is no glob.
    matcher: Option<globset::GlobMatcher>,
}

impl<'a> RecordedNames<'a> {
    /// Those of a file name, or a glob, with `{environment}` as it is written.
    pub(super) fn new(pattern: &str, environment: &'a str) -> RecordedNames<'a> {
        let gaps = pattern.matches(ENVIRONMENT).count();
        let with_gaps = pattern.replace(ENVIRONMENT, GAP);
        let built = globset::GlobBuilder::new(&with_gaps).literal_separator(true).backslash_escape(true).build();
        let matcher = built.ok().filter(|_| gaps > 0).map(|glob| glob.compile_matcher());
        RecordedNames { environment, gaps, matcher }
    }

    /// The recorded name of a file. Of several ways to see the environment's name in it, the one with the fewest gaps
    /// counts, and of these the first from the left.
    pub(super) fn of(&self, file: &str) -> String {
        let Some(matcher) = &self.matcher else { return file.to_owned() };
        let mut found = None;
        let mut is_right = |name: &str| {
            found = matcher.is_match(name).then(|| name.to_owned());
            found.is_some()
        };
        (0..=self.gaps).any(|count| with_so_many_gaps(String::new(), file, self.environment, count, &mut is_right));
        found.unwrap_or_else(|| file.to_owned())
    }
}

/// Tries every name that comes of `count` gaps in the rest of a name, until one is right.
fn with_so_many_gaps(
    before: String,
    rest: &str,
    environment: &str,
    count: usize,
    is_right: &mut dyn FnMut(&str) -> bool,
) -> bool {
    if count == 0 {
        return is_right(&format!("{before}{rest}"));
    }
    rest.match_indices(environment).any(|(at, _)| {
        let (head, tail) = (rest.get(..at).unwrap_or_default(), rest.get(at + environment.len()..).unwrap_or_default());
        with_so_many_gaps(format!("{before}{head}{GAP}"), tail, environment, count - 1, is_right)
    })
}

/// The name of a recorded file in an environment.
pub(super) fn in_environment(recorded: &str, environment: &str) -> String {
    recorded.replace(GAP, environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_one_environment_has_another_name_in_the_next() {
        for (pattern, file, wanted) in [
            ("values.yaml", "values.yaml", "values.yaml"),
            ("values-{environment}.yaml", "values-dev.yaml", "values-prod.yaml"),
            ("config/{environment}/*.conf", "config/dev/dev.conf", "config/prod/dev.conf"),
            ("**/{environment}.yaml", "dev/dev.yaml", "dev/prod.yaml"),
            ("**/{environment}/**", "dev/dev/dev", "prod/dev/dev"),
            ("{environment}/*-{environment}.yaml", "dev/dev-dev.yaml", "prod/dev-prod.yaml"),
            ("{base,{environment}}/*.yaml", "base/dev.yaml", "base/dev.yaml"),
            ("{base,{environment}}/*.yaml", "dev/dev.yaml", "prod/dev.yaml"),
            ("*.yaml", "values-{environment}.yaml", "values-{environment}.yaml"),
        ] {
            assert_eq!(in_environment(&RecordedNames::new(pattern, "dev").of(file), "prod"), wanted, "{pattern}");
        }
    }
}
