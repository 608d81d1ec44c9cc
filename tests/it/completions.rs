//! The completion script for bash, run in bash.

use std::process::Command;

/// The completions that bash offers for the last word of `promoc WORDS`.
fn offered(words: &str) -> Vec<String> {
    let promoc = env!("CARGO_BIN_EXE_promoc");
    let script = format!(
        "promoc() {{ {promoc} \"$@\"; }}; source <(promoc completions bash)\n\
         COMP_WORDS=(promoc {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _promoc promoc\n\
         [[ $(complete -p promoc) == *'-F _promoc promoc' ]] && printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let output = Command::new("bash")
        .args(["--norc", "-c", &script])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/quickstart"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_string).collect()
}

#[test]
fn bash_offers_commands_names_and_files() {
    assert_eq!(offered("expl"), ["explain"]);
    assert_eq!(offered("graph ''"), ["everywhere"]);
    assert_eq!(offered("policy demo-trioapp prod-"), ["prod-eu", "prod-asia"]);
    assert_eq!(offered("simulate everywhere --format = j"), ["json"]);
    assert_eq!(offered("verify every"), ["everywhere"]);
    assert_eq!(offered("verify everywhere --fail"), ["--failures"]);
    assert_eq!(offered("fmt mai"), ["main.promo"]);
}
