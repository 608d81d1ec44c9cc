//! The licenses of all dependencies allow this project to be distributed.

/// Licenses that only require attribution.
const FINE: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "CC0-1.0",
    "Unicode-3.0",
    "MIT-0",
    "Apache-2.0 WITH LLVM-exception",
    "BSL-1.0",
    "MPL-2.0",
];

/// Whether an SPDX expression has a choice that is fine. `OR` offers a choice, `AND` adds a license, and `/` is an old `OR`.
fn fine(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], "").replace('/', " OR ");
    plain.split(" OR ").any(|choice| choice.split(" AND ").all(|license| FINE.contains(&license.trim())))
}

#[test]
fn every_dependency_has_a_suitable_license() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    // crates for other platforms are not downloaded
    let compiler = std::process::Command::new("rustc").arg("-vV").output().unwrap();
    let said = String::from_utf8_lossy(&compiler.stdout).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = std::process::Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50, "the metadata has no dependencies");
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(fine))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn and_differs_from_or_in_an_expression() {
    assert!(fine("MIT OR GPL-3.0"));
    assert!(fine("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(!fine("MIT AND GPL-3.0"));
    assert!(!fine("GPL-2.0"));
}
