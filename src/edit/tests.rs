//! Tests of the module: first each pitfall of editing YAML, then properties of generated files.

mod comments;
mod json_and_toml;
mod layouts;
mod pairing;
mod pitfalls;
mod properties;

use super::*;

fn paths(texts: &[&str]) -> Vec<Path> {
    texts.iter().map(|text| Path::parse(text).unwrap()).collect()
}

/// The location and text of each value that the paths select.
fn selected(format: Format, text: &str, texts: &[&str]) -> Vec<(String, String)> {
    let document = Document::parse(format, text).unwrap();
    let found = paths(texts).into_iter().flat_map(|path| document.select(&path));
    found.map(|found| (found.path, found.source)).collect()
}

fn edit(format: Format, source: &str, target: &str, path: &str) -> String {
    let outcome =
        transfer(format, source, target, &paths(&[path])).unwrap_or_else(|error| panic!("{error}; {}", error.help()));
    let again = transfer(format, source, &outcome.text, &paths(&[path])).unwrap();
    assert_eq!((again.text, again.changes), (outcome.text.clone(), vec![]), "a second transfer changes nothing");
    assert_eq!(outcome.changes.is_empty(), outcome.text == target);
    outcome.text
}

fn yaml(source: &str, target: &str, path: &str) -> String {
    edit(Format::Yaml, source, target, path)
}

fn refusal(source: &str, target: &str, paths_: &[&str]) -> String {
    let error = transfer(Format::Yaml, source, target, &paths(paths_)).unwrap_err();
    assert!(!error.help().is_empty());
    error.to_string()
}
