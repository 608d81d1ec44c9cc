//! A script as the `source` of an Argo script template, written so that exactly this script runs.
//!
//! Two programs would change it on the way: Argo replaces `{{…}}` with values, and the kubelet turns `$$` into `$` and
//! replaces `$(NAME)`, because Argo passes scripts in an environment variable of the init container. A script without
//! these sequences is written unchanged. Any other script is written with these characters as octal escapes, and first
//! decodes itself: every POSIX shell has `printf '%b'` and `eval`.

/// The script as `source`, encoded if necessary.
pub(super) fn source(script: &str) -> String {
    if survives(script) {
        return script.to_owned();
    }
    format!("eval \"$(printf '%b' '\n{}')\"\n", escaped(script))
}

/// Whether Argo and the kubelet leave a text unchanged.
pub(in crate::compile) fn survives(text: &str) -> bool {
    !text.contains("{{") && !text.contains("$$") && !refers(text)
}

/// Whether there is a `$(NAME)` that may be a variable; with lowercase letters it is a command.
fn refers(text: &str) -> bool {
    text.split("$(").skip(1).any(|after| {
        let name = after.split(')').next().unwrap_or_default();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    })
}

/// Encodes a script for `printf '%b'` in single quotes.
fn escaped(script: &str) -> String {
    let mut out = String::with_capacity(script.len() + 16);
    let mut before = '\0';
    for c in script.trim_end_matches('\n').chars() {
        match c {
            '\\' => out.push_str("\\0134"),
            '\'' => out.push_str("\\0047"),
            '$' => out.push_str("\\0044"),
            '{' if before == '{' => out.push_str("\\0173"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_script_is_unchanged() {
        let script = "curl --fail \"$BASE_URL/healthz\"\nx=$(date -u +%s) && echo \"${x}\"\n";
        assert_eq!(source(script), script);
    }

    #[test]
    fn text_that_would_be_replaced_is_escaped() {
        for script in ["echo '{{workflow.name}}'\n", "echo $$\n", "echo $(APP_NAME)\n", "awk '{{{print}}}' a\\nb\n"] {
            let source = source(script);
            assert_ne!(source, script);
            assert!(!source.contains("{{") && !source.contains("$$") && !refers(&source), "{source}");
        }
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "only a shell can run the script")]
    fn an_encoded_script_runs_like_the_original() {
        let script = "printf '%s|' '{{x}}' \"a\\\\b\" '{{{' \"it's\" '\\n' \"100%\"\ncat <<'END'\n{{.Values.a}} $$ $(HOME) \\0101\nEND\nfalse\necho not reached\n";
        let run = |text: &str| {
            let out = std::process::Command::new("sh").args(["-e", "-c", text]).output().expect("a shell");
            (String::from_utf8_lossy(&out.stdout).into_owned(), out.status.code())
        };
        assert_ne!(source(script), script);
        let (said, code) = run(script);
        assert!(said.contains("{{.Values.a}} $$ $(HOME) \\0101") && code == Some(1), "{said}");
        assert_eq!(run(&source(script)), (said, code));
    }
}
