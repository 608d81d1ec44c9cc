//! `docs/schemas` contains the schemas of the documents; `UPDATE_EXPECT=1` rewrites it.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

mod simulate;

use std::fs;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, RestrictFormats};
use schemars::{JsonSchema, Schema};

use super::*;

/// The published schema of a document.
fn schema<T: JsonSchema>(title: &str) -> String {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RestrictFormats::default())
        .with_transform(RecursiveTransform(one_line))
        .into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

/// Joins the lines of a description, which are wrapped for the code.
fn one_line(schema: &mut Schema) {
    if let Some(serde_json::Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

fn published<T: JsonSchema>(name: &str, title: &str) {
    let path = format!("{}/docs/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let generated = schema::<T>(title);
    if std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1") {
        fs::write(path, generated).unwrap();
        return;
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == generated,
        "{path} is out of date; to rewrite it, run `UPDATE_EXPECT=1 cargo test --lib api::`"
    );
}

#[test]
fn the_published_schemas_match_the_documents() {
    published::<CheckDocument>("check", "promoc check --format json");
    published::<PolicyDocument>("policy", "promoc policy --format json");
    published::<SimulateDocument>("simulate", "promoc simulate --format json");
    published::<SimulateRunsDocument>("simulate-runs", "promoc simulate --runs N --format json");
    published::<TestDocument>("test", "promoc test --format json");
    published::<VerifyDocument>("verify", "promoc verify --format json");
}

#[cfg(feature = "run")]
#[test]
fn the_published_schemas_of_releases_match_the_documents() {
    published::<PreviewDocument>("preview", "promoc preview --format json");
    published::<RunDocument>("run", "promoc run, promote and resume --format json");
    published::<ReleasesDocument>("releases", "promoc releases --format json");
    published::<ReleaseDocument>("release", "promoc release ID --format json");
}
