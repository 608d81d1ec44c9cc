//! Which element of a list is meant, on random lists; judged by a YAML library that does not edit.

use proptest::collection::btree_map;
use proptest::prelude::*;
use serde_yaml::Value;

use super::*;

/// Elements by name: a tag each, and whether they have a comment.
type Elements = Vec<(String, u8)>;

/// The tag of an element on one side, and whether it is there.
type Side = fn(&(u8, u8, bool, bool)) -> (u8, bool);

fn list(elements: &Elements, comments: bool) -> String {
    let element = |(name, tag): &(String, u8)| {
        let (above, beside) =
            if comments { (format!("  # above {name}\n"), format!(" # {name}")) } else { Default::default() };
        format!("{above}  - name: {name}\n    tag: v{tag}{beside}\n    own: {name}-{tag}\n")
    };
    format!("first: 1 # stays\nimages:\n{}last: 2\n", elements.iter().map(element).collect::<String>())
}

fn tags(text: &str, key: &str) -> Vec<(String, String)> {
    let read: Value = serde_yaml::from_str(text).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let images = read["images"].as_sequence().unwrap();
    images.iter().map(|image| (text(&image["name"]), text(&image[key]))).collect()
}

fn elements() -> impl Strategy<Value = (Elements, Elements)> {
    let names = btree_map("[a-h]", (any::<u8>(), any::<u8>(), any::<bool>(), any::<bool>()), 1..8);
    let sides = names.prop_map(|names| {
        let side = |pick: Side| {
            let chosen = names.iter().map(|(name, values)| (name.clone(), pick(values)));
            chosen.filter(|(_, (_, there))| *there).map(|(name, (tag, _))| (name, tag)).collect::<Elements>()
        };
        (side(|values| (values.0, values.2)), side(|values| (values.1, values.3)))
    });
    let filled = sides.prop_filter("both have elements", |(source, target)| !source.is_empty() && !target.is_empty());
    filled.prop_flat_map(|(source, target)| (Just(source).prop_shuffle(), Just(target).prop_shuffle()))
}

proptest! {
    /// `$.images[*].tag`: every partner is equal afterwards, what only the target has stays, and no other line changes.
    /// An element that is missing in the target is refused.
    #[test]
    fn values_below_a_list_go_to_the_element_of_the_same_name((source, target) in elements()) {
        let (from, to) = (list(&source, false), list(&target, true));
        let there = |name: &String| target.iter().any(|(other, _)| other == name);
        match transfer(Format::Yaml, &from, &to, &paths(&["$.images[*].tag"])) {
            Err(error) => {
                let missing = source.iter().find(|(name, _)| !there(name));
                let (name, _) = missing.expect("only a missing element is refused");
                prop_assert!(error.to_string().contains(&format!("`{name}` is not in `$.images`")), "{}", error);
            }
            Ok(outcome) => {
                prop_assert!(source.iter().all(|(name, _)| there(name)));
                let wanted: Vec<(String, String)> = target
                    .iter()
                    .map(|(name, tag)| {
                        let tag = source.iter().find(|(other, _)| other == name).map_or(*tag, |(_, tag)| *tag);
                        (name.clone(), format!("v{tag}"))
                    })
                    .collect();
                prop_assert_eq!(tags(&outcome.text, "tag"), wanted);
                let others = |text: &str| text.lines().filter(|line| !line.contains("tag:")).map(str::to_owned).collect::<Vec<_>>();
                prop_assert_eq!(others(&outcome.text), others(&to));
            }
        }
    }

    /// `$.images`: the list of the source, in its order, and the comments of every element that stays go with it.
    #[test]
    fn a_whole_list_keeps_the_comments_of_its_elements((source, target) in elements()) {
        let (from, to) = (list(&source, false), list(&target, true));
        let outcome = transfer(Format::Yaml, &from, &to, &paths(&["$.images"])).unwrap();
        prop_assert_eq!(tags(&outcome.text, "own"), tags(&from, "own"));
        for (name, _) in &target {
            let stays = source.iter().any(|(other, _)| other == name);
            let above = format!("  # above {name}\n  - name: {name}\n");
            let any = source.iter().any(|(name, _)| target.iter().any(|(other, _)| other == name));
            if stays {
                prop_assert!(outcome.text.contains(&above), "{}", outcome.text);
                let beside = format!(" # {name}");
                let kept = outcome.text.lines().any(|line| line.starts_with("    tag:") && line.ends_with(&beside));
                prop_assert!(kept, "{}", outcome.text);
            } else if any {
                prop_assert!(!outcome.text.contains(&format!("above {name}\n")), "{}", outcome.text);
            }
        }
        prop_assert!(outcome.text.starts_with("first: 1 # stays\n") && outcome.text.ends_with("last: 2\n"));
    }
}

#[test]
fn elements_are_told_apart_by_the_shortest_list_of_keys() {
    let source = "d:\n- {name: pg, alias: a, v: 1}\n- {name: pg, alias: b, v: 2}\n- {name: redis, v: 3}\n";
    let target = "d:\n- {name: redis, v: 0}\n- {name: pg, alias: b, v: 0}\n- {name: pg, alias: a, v: 0}\n";
    let outcome = transfer(Format::Yaml, source, target, &paths(&["$.d[*].v"])).unwrap();
    let wanted = "d:\n- {name: redis, v: 3}\n- {name: pg, alias: b, v: 2}\n- {name: pg, alias: a, v: 1}\n";
    assert_eq!(outcome.text, wanted);
    assert_eq!(outcome.changes[0].path, "$.d[2].v (pg, a)");
    let unclear = refusal("d: [{name: a, v: 1}, {v: 2}]\n", "d: [{name: a, v: 1}, {v: 3}]\n", &["$.d[*].v"]);
    assert!(unclear.starts_with("cannot tell which element of `$.d` is meant"), "{unclear}");
}

#[test]
fn a_filter_is_evaluated_in_each_file() {
    let source = "e:\n- name: x\n  on: true\n  v: 1\n- name: y\n  on: false\n  v: 2\n";
    let target = "e:\n- name: z\n  on: true\n  v: 0\n- name: y\n  on: false\n  v: 0\n";
    let one = "e:\n- name: z\n  on: true\n  v: 1\n- name: y\n  on: false\n  v: 0\n";
    assert_eq!(yaml(source, target, "$.e[?@.on == true].v"), one);
    // The filter matches two elements, of which one has the key: identity decides, not that one is left.
    let (two, other) = ("e: [{name: a, k: x, v: 1}, {name: b, k: x}]\n", "e: [{name: b, k: x, v: 0}]\n");
    assert!(refusal(two, other, &["$.e[?@.k == \"x\"].v"]).contains("`a` is not in `$.e` of the target"));
    let whole = yaml(source, target, "$.e[?@.name == \"x\"]");
    assert_eq!(whole, format!("{target}- name: x\n  on: true\n  v: 1\n"));
    assert!(refusal(source, target, &["$.e[?@.name == \"x\"].v"]).contains("`x` is not in `$.e` of the target"));
}

#[test]
fn only_the_tag_of_an_image_is_copied() {
    let tag = |source: &str, target: &str, format| {
        let path = paths(&["$.image"]).remove(0).with_tag_only();
        transfer(format, source, target, &[path]).map(|outcome| outcome.text).map_err(|error| error.to_string())
    };
    let yaml = |source: &str, target: &str| tag(source, target, Format::Yaml);
    assert_eq!(
        yaml("image: dev.example.com:5000/web:2\n", "image: 'prod/web:1' # c\n").unwrap(),
        "image: 'prod/web:2' # c\n"
    );
    assert_eq!(tag("image = \"a/web:2\"\n", "image = 'b/web:1'\n", Format::Toml).unwrap(), "image = 'b/web:2'\n");
    assert_eq!(
        tag("{\"image\": \"a/web:2\"}", "{\"image\": \"b/web:1\"}", Format::Json).unwrap(),
        "{\"image\": \"b/web:2\"}"
    );
    assert!(yaml("image: a/web@sha256:00\n", "image: b/web:1\n").unwrap_err().contains("digest"));
    assert!(yaml("image: a/web:2\n", "image: b/web\n").unwrap_err().contains("has no tag"));
    assert!(yaml("image: a/web:2\n", "other: 1\n").unwrap_err().contains("not an image reference in the target"));
}

#[test]
fn a_tag_goes_nowhere_else_through_an_alias() {
    let edit = |source: &str, target: &str, whole: &[&str], tags: &[&str]| {
        let tags = paths(tags).into_iter().map(Path::with_tag_only);
        let all: Vec<Path> = paths(whole).into_iter().chain(tags).collect();
        transfer(Format::Yaml, source, target, &all).map(|outcome| outcome.text).map_err(|error| error.to_string())
    };
    let target = "a: p/web:1\nb: p/web:1\nc: {i: p/web:1}\n";
    let wanted = "a: p/web:2\nb: s/web:2\nc: {i: p/web:1}\n";
    // The source: an anchor or an alias is copied `as tag`, and its partner in full.
    assert_eq!(edit("a: &i s/web:2\nb: *i\n", target, &["$.b"], &["$.a"]).unwrap(), wanted);
    assert_eq!(edit("b: &i s/web:2\na: *i\n", target, &["$.b"], &["$.a"]).unwrap(), wanted);
    let both = edit("a: &i s/web:2\nb: *i\n", "a: p/web:1\nb: q/api:1\n", &[], &["$.a", "$.b"]);
    assert_eq!(both.unwrap(), "a: p/web:2\nb: q/api:2\n");
    let merged = "a: &m {i: s/web:2}\nc:\n  <<: *m\n";
    let to = "a: {i: p/web:1}\nc: {i: q/web:1}\n";
    assert_eq!(edit(merged, to, &[], &["$.c.i"]).unwrap(), "a: {i: p/web:1}\nc: {i: q/web:2}\n");
    let shared = "`$.a` shares its image with a path that is copied `as tag`, by an alias or a merge key";
    assert_eq!(edit(merged, to, &["$.a"], &["$.c.i"]).unwrap_err(), shared);
    assert!(edit(merged, to, &[], &["$.a.i", "$.c.i"]).unwrap_err().contains("shares its image"));
    // The target: as for every other value.
    let refused = edit("a: s/web:2\n", "a: &i p/web:1\nb: *i\n", &[], &["$.a"]).unwrap_err();
    assert_eq!(refused, "`$.b` would change too, because of the alias `*i` at line 2");
    let own = edit("b: s/web:2\n", "a: &i p/web:1\nb: *i\n", &[], &["$.b"]).unwrap();
    assert_eq!(own, "a: &i p/web:1\nb: p/web:2\n");
    let own = edit("a: s/web:2\nb: s/web:3\n", "a: &i p/web:1\nb: *i\n", &[], &["$.a", "$.b"]).unwrap();
    assert_eq!(own, "a: &i p/web:2\nb: p/web:3\n");
}

#[test]
fn what_sops_encrypted_is_not_edited() {
    let file = "a: ENC[1]\nsops:\n  mac: ENC[2]\n";
    assert!(refusal(file, file, &["$.a"]).contains("SOPS"));
    assert!(refusal("a: 1\n", file, &["$.a"]).contains("SOPS encrypted the target"));
    let tag = transfer(Format::Yaml, file, file, &[paths(&["$.a"]).remove(0).with_tag_only()]).unwrap_err();
    assert!(tag.to_string().contains("SOPS"), "{tag}");
}

#[test]
fn documents_correspond_by_kind_and_name() {
    let one = |kind: &str, name: &str, v: u8| format!("kind: {kind}\nmetadata:\n  name: {name}\nv: {v}\n");
    let source = [one("A", "x", 1), one("A", "y", 2)].join("---\n");
    let target = [one("B", "x", 0), one("A", "y", 0), one("A", "x", 0)].join("---\n");
    let wanted = [one("B", "x", 0), one("A", "y", 2), one("A", "x", 1)].join("---\n");
    assert_eq!(yaml(&source, &target, "$.v"), wanted);
    assert!(refusal(&source, &one("A", "y", 0), &["$.v"]).contains("A `x` is not in the target"));
    assert_eq!(yaml("# l\n---\nv: 2\n", "---\n---\nv: 1 # c\n...\n# e\n", "$.v"), "---\n---\nv: 2 # c\n...\n# e\n");
}

/// `web-staging` and `web-production`: where each file has one document of a kind, the name does not matter.
#[test]
fn the_only_document_of_a_kind_is_meant_whatever_its_name() {
    let one = |kind: &str, name: &str, v: u8| format!("kind: {kind}\nmetadata:\n  name: {name}\nv: {v}\n");
    let (web, svc) = (|at: &str, v| one("Deployment", &format!("web-{at}"), v), |v| one("Service", "web", v));
    assert_eq!(yaml(&web("dev", 1), &web("prod", 0), "$.v"), web("prod", 1));
    assert_eq!(yaml(&web("dev", 1), &one("Rollout", "web", 0), "$.v"), one("Rollout", "web", 1), "one document each");
    assert_eq!(
        yaml(
            &[svc(2), web("dev", 1)].join("---\n"),
            &[web("prod", 0), svc(0), one("Job", "x", 0)].join("---\n"),
            "$.v"
        ),
        [web("prod", 1), svc(2), one("Job", "x", 0)].join("---\n")
    );
    let missing = "Deployment `web-dev` is not in the target";
    let two = [web("prod", 0), web("dr", 0)].join("---\n");
    assert_eq!(refusal(&web("dev", 1), &two, &["$.v"]), missing, "two of the kind in the target");
    let both = [web("dev", 1), web("prod", 1)].join("---\n");
    assert_eq!(refusal(&both, &web("prod", 0), &["$.v"]), missing, "two in the source");
    assert_eq!(refusal(&[web("dev", 1), svc(2)].join("---\n"), &svc(0), &["$.v"]), missing, "none in the target");
}

/// A filter for one text is looked up; it selects what the library says that it does.
#[test]
fn what_is_looked_up_is_what_the_query_selects() {
    let file = "e:\n- {name: a, v: 1}\n- {name: 'a', v: {name: a}}\n- {name: 1}\n- {name: '1', v: 3}\n- a\n- [{name: a}]\n\
                m: {x: {name: a}, y: {name: b}}\n'a b': [{name: \"it's\", in: [{id: 2024-01-01, v: 5}]}]\n";
    let document = Document::parse(Format::Yaml, file).unwrap();
    for (text, count) in [
        ("$.e[?@.name == \"a\"]", 2),
        ("$.e[?@.name == 'a'].v", 2),
        ("$.e[?@.name == \"1\"].v", 1),
        ("$.e[?@.name == \"b\"]", 0),
        ("$.e.x[?@.name == \"a\"]", 0),
        ("$.m[?@.name == \"a\"]", 1),
        ("$[\"a b\"][?@.name == 'it\\'s'].in[?@.id == \"2024-01-01\"].v", 1),
        ("$.e[?@.name == \"a\" && @.v == 1]", 1),
    ] {
        let path = Path::parse(text).unwrap();
        let located = path.query().query_located(&document.json()[0]);
        let wanted: Vec<String> = located.locations().map(|at| location::Location::new(0, at).to_string()).collect();
        let found: Vec<String> = document.places(&path).iter().map(ToString::to_string).collect();
        assert_eq!((found.len(), &found), (count, &wanted), "{text}");
    }
}

#[test]
fn an_index_from_the_end_counts_in_each_file() {
    assert_eq!(yaml("a: [1, 2]\n", "a: [5, 6, 7]\n", "$.a[-1]"), "a: [5, 6, 2]\n");
    let unequal = refusal("a: [{v: 1}, {v: 2}]\n", "a: [{v: 0}]\n", &["$.a[*].v"]);
    assert!(unequal.contains("there are 2 in the source and 1 in the target"), "{unequal}");
}

#[test]
fn what_is_inserted_has_the_quotes_of_its_neighbors_and_its_comments() {
    assert_eq!(yaml("a: {x: 1, y: 2}\n", "a: {\"x\": 1}\n", "$.a"), "a: {\"x\": 1, \"y\": 2}\n");
    let source = "l:\n- name: a\n# about b\n- name: b # beside\n";
    assert_eq!(yaml(source, "l:\n- name: a\n", "$.l"), source);
}
