//! `FAILED_ENVIRONMENTS` as the language promises it: names, separated by commas.
//!
//! Codefresh passes a JSON array of objects to a hook of the release, and "the environment" to a hook of an environment.
//! It documents their keys as Name, Status and Error-message, without their case. The first line of the script turns each
//! of these into names, and leaves everything else as it is. It needs only a POSIX shell: an image need not contain `jq`,
//! `sed` or `awk`.

use crate::program::Workflow;

const FAILED_ENVIRONMENTS: &str = "FAILED_ENVIRONMENTS";

/// One line. It reads JSON from one quote or bracket to the next: `text` is a string, `named` whether it is the value of
/// `name`, `level` how deep the objects are. Nothing in the JSON is ever expanded or executed.
///
/// INVARIANT: it has no `{{`, `$$` or `$(NAME)`.
const TO_NAMES: &str = concat!(
    "FAILED_ENVIRONMENTS=$(s=$FAILED_ENVIRONMENTS; ",
    "while :; do case $s in ([[:space:]]*) s=${s#?};; (*) break;; esac; done; ",
    "case $s in (\\{*) level=1;; ([[\\\"]*) level=2;; (*) printf %s \"$s\"; exit;; esac; ",
    "depth=0 named= names= comma=; ",
    "while [ -n \"$s\" ]; do case $s in ",
    "([[{]*) depth=$((depth + 1)) named= s=${s#?};; ",
    "([]}]*) depth=$((depth - 1)) named= s=${s#?};; ",
    "(,*) named= s=${s#?};; ",
    "(\\\"*) s=${s#?} text=; ",
    // A string ends with a quote after an even number of backslashes.
    "while :; do case $s in (*\\\"*) ;; (*) text=$text$s s=; break;; esac; ",
    "part=${s%%\\\"*} s=${s#*\\\"}; text=$text$part; tail=${part##*[!\\\\]}; ",
    "case $((${#tail} % 2)) in (0) break;; esac; text=$text\\\"; done; ",
    "while :; do case $s in ([[:space:]]*) s=${s#?};; (*) break;; esac; done; ",
    "case $s in ",
    "(:*) named=; case $depth/$text in ($level/[Nn][Aa][Mm][Ee]) named=1;; esac;; ",
    "(*) case $named/$depth/$level in (1/*|/0/*|/1/2) names=$names$comma$text comma=,;; esac; named=;; esac;; ",
    "(*) s=${s#?};; esac; done; ",
    "printf %s \"$names\")\n",
);

/// The script of a workflow, with that first line if it needs the parameter.
pub(super) fn script(workflow: &Workflow, script: &str) -> String {
    let first = if needs(workflow) { TO_NAMES } else { "" };
    format!("{first}{script}")
}

/// Whether a workflow needs the parameter.
pub(super) fn needs(workflow: &Workflow) -> bool {
    workflow.decl.needs.iter().any(|need| need.name.value == FAILED_ENVIRONMENTS)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "only a shell can run the line")]

    use std::process::Command;

    use super::*;
    use crate::compile::argo::survives;

    /// What a script, and a command in it, see after the line.
    fn names(passed: &str) -> String {
        let script =
            format!("{TO_NAMES}printf '%s|' \"$FAILED_ENVIRONMENTS\"; sh -c 'printf %s \"$FAILED_ENVIRONMENTS\"'\n");
        let out =
            Command::new("sh").args(["-e", "-c", &script]).env(FAILED_ENVIRONMENTS, passed).output().expect("a shell");
        assert!(out.status.success() && out.stderr.is_empty(), "{out:?}");
        let said = String::from_utf8(out.stdout).expect("UTF-8");
        let (here, exported) = said.split_once('|').expect("both");
        assert_eq!(here, exported);
        here.to_owned()
    }

    #[test]
    fn it_is_one_line_that_nothing_changes_on_the_way() {
        assert!(survives(TO_NAMES), "{TO_NAMES}");
        assert_eq!(TO_NAMES.find('\n'), Some(TO_NAMES.len() - 1));
    }

    #[test]
    fn json_becomes_names() {
        let cases = [
            (r#"[{"Name":"qa","Status":"Failed","Error-message":"no"},{"Name":"prod"}]"#, "qa,prod"),
            (r#"[{"status":"Failed","name":"qa"}]"#, "qa"),
            ("[\n  {\n    \"NAME\" : \"qa\"\n  } ,\n  { \"nAmE\": \"us-east-2\" }\n]\n", "qa,us-east-2"),
            (r#"["qa","prod"]"#, "qa,prod"),
            ("[]", ""),
            (" [ ] ", ""),
            (r#"{"Name":"qa","Error-message":"no"}"#, "qa"),
            (r#""qa""#, "qa"),
            ("qa", "qa"),
            ("qa,prod", "qa,prod"),
            ("", ""),
            ("[", ""),
        ];
        for (passed, wanted) in cases {
            assert_eq!(names(passed), wanted, "{passed}");
        }
    }

    #[test]
    fn hostile_json_is_only_data() {
        let cases = [
            (r#"[{"Error-message":"\"Name\":\"evil\"}, {\"Name\":\"evil\"","Name":"qa"}]"#, "qa"),
            (r#"[{"Error-message":"ends with a backslash \\","Name":"qa"},{"Name":"eu"}]"#, "qa,eu"),
            (r#"[{"Error-message":"\\\"","Name":"qa"}]"#, "qa"),
            ("[{\"Error-message\":\"line\none\n\n\",\"Name\":\"qa\"}]", "qa"),
            (r#"[{"Error-message":"$(exit 1) `exit 1` * ? ' ; exit 1","Name":"qa"}]"#, "qa"),
            (r#"[{"Name":"qa","Cause":{"Name":"inner","All":[{"Name":"x"}]},"Code":12},{"Name":"eu"}]"#, "qa,eu"),
            (r#"[{"Name":null,"Status":"Failed"},{"Name":"eu"}]"#, "eu"),
            (r#"[{"Name":"größe-☃"}]"#, "größe-☃"),
            (r#"[{"Names":"x","Rename":"y","Name":"qa"}]"#, "qa"),
        ];
        for (passed, wanted) in cases {
            assert_eq!(names(passed), wanted, "{passed}");
        }
        let deep = format!("{}{}", "[".repeat(40), r#""x""#);
        assert_eq!(names(&deep), "");
        let long = format!(r#"[{{"Error-message":"{}","Name":"qa"}}]"#, "\\\" \\n".repeat(5_000));
        assert_eq!(names(&long), "qa");
    }
}
