//! One test for each way in which an edit of YAML can go wrong.

use super::*;

#[test]
fn a_value_is_copied_as_its_source_text() {
    assert_eq!(yaml("v: 58.10\n", "v: 58.1\n", "$.v"), "v: 58.10\n");
    assert_eq!(yaml("v: 0x10\n", "v: 16 # c\n", "$.v"), "v: 0x10 # c\n");
    assert_eq!(yaml("v: True\n", "v: true\n", "$.v"), "v: True\n");
    assert_eq!(yaml("v: ~\n", "v: null\n", "$.v"), "v: null\n");
}

#[test]
fn the_quotes_of_the_target_stay_if_the_value_allows_them() {
    assert_eq!(yaml("v: a\n", "v: 'b'\n", "$.v"), "v: 'a'\n");
    assert_eq!(yaml("v: 'it''s'\n", "v: \"b\"\n", "$.v"), "v: \"it's\"\n");
    assert_eq!(yaml("v: \"a\\tb\"\n", "v: 'b'\n", "$.v"), "v: \"a\\tb\"\n");
    assert_eq!(yaml("v: \"a\"\n", "v: b\n", "$.v"), "v: a\n");
    assert_eq!(yaml("v: \"a: b\"\n", "v: b\n", "$.v"), "v: \"a: b\"\n");
    assert_eq!(yaml("v: \"a\"\n", "v: 'a'\n", "$.v"), "v: 'a'\n");
}

#[test]
fn a_type_never_changes() {
    assert_eq!(yaml("v: \"1.10\"\n", "v: 1.9\n", "$.v"), "v: \"1.10\"\n");
    assert_eq!(yaml("v: 1.10\n", "v: \"1.9\"\n", "$.v"), "v: 1.10\n");
    assert_eq!(yaml("v: 'yes'\n", "v: no\n", "$.v"), "v: 'yes'\n");
    assert_eq!(yaml("v: yes\n", "v: 'yes'\n", "$.v"), "v: yes\n");
    assert_eq!(yaml("v: '0755'\n", "v: \"x\"\n", "$.v"), "v: \"0755\"\n");
    assert_eq!(yaml("v: '2024-01-01'\n", "v: x\n", "$.v"), "v: '2024-01-01'\n");
    assert_eq!(yaml("v: \"null\"\n", "v: null\n", "$.v"), "v: \"null\"\n");
}

#[test]
fn block_scalars_stay_block_and_keep_their_indicator() {
    assert_eq!(yaml("v: |\n  a\n  b\n", "x: 1\nv: |  # c\n    old\n\nz: 2\n", "$.v"), "x: 1\nv: |\n  a\n  b\n\nz: 2\n");
    assert_eq!(yaml("v: |-\n      a\n       b\n", "v: >-\n  old\nz: 2\n", "$.v"), "v: |-\n  a\n   b\nz: 2\n");
    assert_eq!(yaml("v: new\n", "v: |\n  old\nz: 2\n", "$.v"), "v: |-\n  new\nz: 2\n");
    assert_eq!(yaml("v: new\n", "v: >-\n  old\nz: 2\n", "$.v"), "v: >-\n  new\nz: 2\n");
    assert_eq!(yaml("v: \"a\\nb\\n\"\n", "v: |\n  old\n", "$.v"), "v: |\n  a\n  b\n");
    assert_eq!(yaml("v: |\n  a\n  b\n", "v: old # c\nz: 2\n", "$.v"), "v: | # c\n  a\n  b\nz: 2\n");
    assert_eq!(yaml("v: |\n  a\n", "v: \"old\"\n", "$.v"), "v: \"a\\n\"\n");
    assert_eq!(yaml("v: |\n  a\n", "v: {k: old}\n", "$.v"), "v: |\n  a\n");
    assert_eq!(yaml("v: |2\n   a\n", "v: |\n  b\n", "$.v"), "v: \" a\\n\"\n");
    assert_eq!(yaml("v: 1\n", "v: |\n\n  old\n\n\nz: 2\n", "$.v"), "v: 1\n\n\nz: 2\n");
}

#[test]
fn kept_line_breaks_of_a_block_scalar_belong_to_it() {
    assert_eq!(yaml("a: 2\n", "b: |+\n  t\n\n\n", "$.a"), "b: |+\n  t\n\n\na: 2\n");
    assert_eq!(yaml("b: |+\n  t\n\n\nz: 1\n", "b: |+\n  s\n\nz: 1\n", "$.b"), "b: |+\n  t\n\n\nz: 1\n");
    assert_eq!(yaml("b: 1\n", "b: |+\n  s\n\n\nz: 1\n", "$.b"), "b: 1\nz: 1\n");
    assert_eq!(yaml("b: |\n  s  \n", "b: |\n  t  \nz: 1\n", "$.b"), "b: |\n  s  \nz: 1\n");
}

/// Without a line break at the end of the file, a block scalar there has none either.
#[test]
fn a_block_scalar_at_the_end_of_a_file_has_its_own_text() {
    assert_eq!(yaml("v: |\n  a\n", "v: |\n  a", "$.v"), "v: |\n  a\n");
    assert_eq!(yaml("v: |\n  b\n", "w: 1\nv: |\n  a", "$.v"), "w: 1\nv: |\n  b\n");
    assert_eq!(yaml("v: |\n  a", "v: |\n  b\nw: 1\n", "$.v"), "v: |-\n  a\nw: 1\n");
    assert_eq!(yaml("w: 2\nv: |\n  a\n", "w: 1\nv: |\n  a\n", "$.w"), "w: 2\nv: |\n  a\n");
    assert!(refusal("w: 1\n", "v: |\n  a", &["$.w"]).contains("`$.v` cannot be changed"));
}

#[test]
fn anchors_and_tags_before_a_value_stay() {
    assert_eq!(yaml("v: 2\n", "v: &a 1\nw: 3\n", "$.v"), "v: &a 2\nw: 3\n");
    assert_eq!(yaml("v: !x 2\n", "v: !x &a 1\n", "$.v"), "v: !x &a 2\n");
    assert_eq!(yaml("v: {a: 2}\n", "v: &m\n  a: 1 # c\n", "$.v"), "v: &m\n  a: 2 # c\n");
    assert_eq!(yaml("v: 2\n", "v: &a\n  1\nw: 3\n", "$.v"), "v: &a\n  2\nw: 3\n");
    assert_eq!(yaml("v: !x 1\n", "v: !y 1\n", "$.v"), "v: !x 1\n");
    assert_eq!(yaml("v: !!str 1\n", "v: '2'\n", "$.v"), "v: '1'\n");
    assert_eq!(yaml("v: 1\n", "v: !x 2\n", "$.v"), "v: 1\n");
    assert_eq!(yaml("v: 2\n", "v: &a\nw: 1\n", "$.v"), "v: &a 2\nw: 1\n");
}

#[test]
fn an_anchor_with_an_unselected_alias_is_refused() {
    let message = refusal("a: 2\n", "a: &v 1\nb:\n  c: *v\n", &["$.a"]);
    assert_eq!(message, "`$.b.c` would change too, because of the alias `*v` at line 3");
    let message = refusal("a: {x: 2}\n", "a: &v\n  x: 1\nb:\n  <<: *v\n", &["$.a"]);
    assert_eq!(message, "`$.b.x` would change too, because of the alias `*v` at line 4");
    assert_eq!(yaml("c: 1\n", "a: &v 1\nb:\n  x: *v\nc: 0\n", "$"), "c: 1\n");
    assert_eq!(yaml("a: 1\nb: 2\n", "a: {x: &v 1}\nb: *v\n", "$"), "a: 1\nb: 2\n");
    let message = refusal("a: 1\n", "a:\n  x: &v 1\nb: *v\n", &["$.a"]);
    assert_eq!(message, "the alias `*v` at line 3 refers to a value that would be replaced");
}

#[test]
fn an_alias_follows_its_anchor_if_both_are_selected() {
    assert_eq!(
        yaml("a: {tag: 2}\nb: {tag: 2}\n", "a:\n  tag: &v 1\nb:\n  tag: *v\n", "$..tag"),
        "a:\n  tag: &v 2\nb:\n  tag: *v\n"
    );
    assert_eq!(
        yaml("a: {x: 2}\nb: {x: 2}\n", "a: &m\n  x: 1\nb:\n  <<: *m\n", "$..x"),
        "a: &m\n  x: 2\nb:\n  <<: *m\n"
    );
    assert_eq!(yaml("a: {x: 2}\nb: {x: 2}\n", "a: &m\n  x: 1\nb: *m\n", "$..x"), "a: &m\n  x: 2\nb: *m\n");
}

#[test]
fn an_alias_is_written_out_if_only_it_changes() {
    assert_eq!(yaml("b: 2\n", "a: &v 1\nb: *v # c\n", "$.b"), "a: &v 1\nb: 2 # c\n");
    assert_eq!(yaml("b: {x: 2}\n", "a: &m\n  x: 1\nb:\n  <<: *m\n", "$.b.x"), "a: &m\n  x: 1\nb:\n  <<: *m\n  x: 2\n");
    assert_eq!(yaml("b: {x: 2}\n", "a: &m\n  x: 1\nb: *m\n", "$.b"), "a: &m\n  x: 1\nb: {x: 2}\n");
    assert_eq!(yaml("b: {x: 1}\n", "a: &m\n  x: 1\nb: *m\n", "$.b.x"), "a: &m\n  x: 1\nb: *m\n");
}

#[test]
fn nothing_is_inserted_below_an_alias() {
    let message = refusal("b: {y: 2}\n", "a: &m\n  x: 1\nb: *m\n", &["$.b.y"]);
    assert_eq!(
        message,
        "the change is inside the alias `*m` at line 3, so every other use of its anchor would change too"
    );
    let message = refusal("b: {x: {z: 2}}\n", "a: &m\n  x: {z: 1}\nb:\n  <<: *m\n", &["$.b.x.z"]);
    assert!(message.contains("`*m` at line 4"), "{message}");
}

#[test]
fn aliases_of_the_source_are_written_out() {
    let source = "d: &d {x: 1}\nv:\n  <<: *d\n  y: *d\n  z: &q 3\n";
    assert_eq!(yaml(source, "v:\n  y: 2\n", "$.v"), "v:\n  y: {x: 1}\n  z: 3\n  x: 1\n");
}

#[test]
fn empty_values_get_a_value_after_their_colon_or_dash() {
    assert_eq!(yaml("v: 1\n", "v:\nw: 2\n", "$.v"), "v: 1\nw: 2\n");
    assert_eq!(yaml("v: 1\n", "v:   # c\nw: 2\n", "$.v"), "v: 1   # c\nw: 2\n");
    assert_eq!(yaml("v: {a: 1}\n", "v: # c\n\nw: 2\n", "$.v.a"), "v: # c\n  a: 1\n\nw: 2\n");
    assert_eq!(yaml("- 1\n- 2\n", "-\n- 2\n", "$[0]"), "- 1\n- 2\n");
    assert_eq!(yaml("v: {a: 1}\n", "v: {a: , b: 2}\n", "$.v.a"), "v: {a: 1 , b: 2}\n");
    assert_eq!(yaml("v: {a: 1}\n", "v: {a, b: 2}\n", "$.v.a"), "v: {a: 1, b: 2}\n");
    assert_eq!(yaml("v:\nw: 1\n", "v: 3\nw: 2\n", "$.v"), "v: null\nw: 2\n");
    assert_eq!(yaml("v: 1\n", "? v\n: \n", "$.v"), "? v\n: 1 \n");
    assert!(refusal("v: 1\n", "? v\n", &["$.v"]).contains("has no `:`"));
}

#[test]
fn flow_collections_are_edited_in_flow() {
    assert_eq!(
        yaml("e: [{n: M, v: '0644'}]\n", "e: [ { n: M, v: \"0755\" } ] # c\n", "$.e[0].v"),
        "e: [ { n: M, v: \"0644\" } ] # c\n"
    );
    assert_eq!(yaml("e:\n  a: 1\n  c: x\n", "e: { a: 1, b: 2 }\n", "$.e"), "e: { a: 1, c: x }\n");
    assert_eq!(yaml("e: [b, c]\n", "e: [a, b, c]\n", "$.e"), "e: [b, c]\n");
    assert_eq!(yaml("e: [z, a, b]\n", "e: [a, b,]\n", "$.e"), "e: [z, a, b,]\n");
    assert_eq!(
        yaml("e: [a, b, c]\n", "e: [\n  a,  # one\n  b   # two\n]\n", "$.e"),
        "e: [\n  a,  # one\n  b,   # two\n  c\n]\n"
    );
    assert_eq!(yaml("e:\n- \"a, b\"\n- |\n  t\n", "e: [x, y]\n", "$.e"), "e: [\"a, b\", \"t\\n\"]\n");
    assert_eq!(yaml("e:\n  f:\n    g: 1\n", "e: {h: 2}\n", "$.e.f"), "e: {h: 2, f: {g: 1}}\n");
    assert_eq!(yaml("e: {f: 1}\n", "e: {}\n", "$.e.f"), "e:\n  f: 1\n");
    assert_eq!(yaml("e: [{a: 2}]\n", "e: [a: 1]\n", "$.e[0].a"), "e: [a: 2]\n");
    assert!(
        refusal("e: [{b: 2}]\n", "e: [a: 1]\n", &["$.e[0].b"]).contains("is inside a `[ ]` sequence but has no braces")
    );
    assert_eq!(yaml("e: {{a: 1}: 2}\n".replace("{{", "{ {").as_str(), "e: x\n", "$.e"), "e: { {a: 1}: 2}\n");
}

#[test]
fn members_are_added_after_the_last_one() {
    assert_eq!(
        yaml("i:\n  t: 1\n  u: 2\n", "i:\n    t: 1  # last\n\n# next\nj: 2\n", "$.i"),
        "i:\n    t: 1  # last\n    u: 2\n\n# next\nj: 2\n"
    );
    assert_eq!(
        yaml("i: {t: {u: {v: 1}}}\n", "i:\n    x: 1\n", "$.i.t.u.v"),
        "i:\n    x: 1\n    t:\n        u:\n            v: 1\n"
    );
    assert_eq!(yaml("i: {t: 1, u: 2}\n", "j: 1", "$.i.*"), "j: 1\ni:\n  t: 1\n  u: 2");
    assert_eq!(yaml("l: [1, 2, 3]\n", "l:\n- 1 # one\n- 3 # three\n", "$.l"), "l:\n- 1 # one\n- 2\n- 3 # three\n");
    assert_eq!(yaml("l: [0, 1]\n", "l:\n  - 1\n", "$.l"), "l:\n  - 0\n  - 1\n");
    assert_eq!(
        yaml("l:\n- a: 1\n  b: [x]\n- - p\n  - q\n", "l:\n  - z\nm:\n- 1\n", "$.l"),
        "l:\n  - a: 1\n    b: [x]\n  - - p\n    - q\nm:\n- 1\n"
    );
    assert_eq!(yaml("a:\n- 1\nb:\n- 2\n", "a:\n- 1\nx: 1\n", "$.b"), "a:\n- 1\nx: 1\nb:\n- 2\n");
    assert_eq!(yaml("\"8080\": x\n\"a: b\": y\n", "c: 1\n", "$.*"), "c: 1\n\"8080\": x\n\"a: b\": y\n");
    assert!(refusal("l: [{a: 1}]\n", "k: 1\n", &["$.l[0].a"]).contains("`$.l` has no element `[0]` in the target"));
}

#[test]
fn members_that_the_source_does_not_have_are_removed() {
    assert_eq!(
        yaml("m: {b: 2}\n", "m:\n  a: 1 # x\n  b: 2 # y\n  # z\n  c:\n    d: 3\ne: 4\n", "$.m"),
        "m:\n  b: 2 # y\ne: 4\n"
    );
    assert_eq!(yaml("m: [{b: 2}]\n", "m:\n  - a: 1\n    # c\n    b: 2\n", "$.m"), "m:\n  - # c\n    b: 2\n");
    assert_eq!(
        yaml("m: [{c: 2}]\n", "m:\n  - a: 1 # a\n    # b\n    b: 1\n\n    # c\n    # d\n    c: 2\n", "$.m"),
        "m:\n  - # c\n    # d\n    c: 2\n"
    );
    assert_eq!(yaml("l: [[2]]\n", "l:\n- - 1\n  # two\n  - 2\n", "$.l"), "l:\n- # two\n  - 2\n");
    assert_eq!(yaml("m: [{x: 1, b: 2}]\n", "m:\n- a: 1\n  # b\n  b: 2\n", "$.m"), "m:\n- x: 1\n  # b\n  b: 2\n");
    assert_eq!(yaml("m: {a: 1}\n", "m:\n  a: 1\n  b: 2\n  c: 3", "$.m"), "m:\n  a: 1");
    assert_eq!(yaml("m: {b: 1}\n", "m:\n  a: 1\n  b: 1\n  c: 3", "$.m"), "m:\n  b: 1");
    assert_eq!(yaml("m: {x: 1}\n", "m:\n  a: 1\n  b: 2\nn: 1\n", "$.m"), "m: {x: 1}\nn: 1\n");
    assert_eq!(yaml("m: [{c: 3, d: 4}]\n", "m:\n- a: 1\n  b: 2\n  c: 3\n", "$.m"), "m:\n- c: 3\n  d: 4\n");
    assert_eq!(yaml("l: [2]\n", "l:\n  - 1\n  - 2 # c\n  - 3\n", "$.l"), "l:\n  - 2 # c\n");
    assert_eq!(yaml("c: 1\n", "a: 1\nb: 2\n# x\nc: 1\n", "$"), "# x\nc: 1\n");
    assert_eq!(yaml("l: [[1], 2]\n", "l:\n-\n  - 1\n  - 3\nm: 1\n", "$.l"), "l:\n-\n  - 1\n- 2\nm: 1\n");
    assert_eq!(yaml("m: {}\n", "m:\n  a: 1\nn: 2\n", "$.m"), "m: {}\nn: 2\n");
}

#[test]
fn a_value_may_become_another_kind() {
    assert_eq!(yaml("v:\n  a: 1\n  b: [x, y]\n", "v: old # c\nw: 1\n", "$.v"), "v: # c\n  a: 1\n  b: [x, y]\nw: 1\n");
    assert_eq!(yaml("v: 1\n", "v: # c\n  # d\n  a: 1 # e\n  b: 2 # f\nw: 1\n", "$.v"), "v: 1 # c\nw: 1\n");
    assert_eq!(yaml("v:\n- 1\n- 2\n", "v:\n  a: 1\nw: 1\n", "$.v"), "v:\n  - 1\n  - 2\nw: 1\n");
    assert_eq!(yaml("l:\n- a: 1\n  b: 2\n", "l:\n- x # c\n- y\n", "$.l[0]"), "l:\n- # c\n  a: 1\n  b: 2\n- y\n");
    assert_eq!(yaml("l: [x]\n", "l:\n- a: 1\n  b: 2 # c\n- y\n", "$.l[0]"), "l:\n- x\n- y\n");
}

#[test]
fn multi_line_scalars_are_one_value() {
    assert_eq!(yaml("v: new\n", "v: one\n  two\n  three # c\nw: 1\n", "$.v"), "v: new # c\nw: 1\n");
    assert_eq!(yaml("v: new\n", "v: \"one\n  two\\\n  three\"\nw: 1\n", "$.v"), "v: \"new\"\nw: 1\n");
    assert_eq!(yaml("v: one\n  two\n", "v: x\n", "$.v"), "v: one two\n");
    assert_eq!(yaml("v: 'one\n\n  two'\n", "v: x\n", "$.v"), "v: \"one\\ntwo\"\n");
    assert_eq!(yaml("v: new\n", "v:\n  old\nw: 1\n", "$.v"), "v:\n  new\nw: 1\n");
}

#[test]
fn line_ends_byte_order_marks_and_missing_last_line_ends_stay() {
    assert_eq!(
        yaml("v:\n  a: 2\n  b: 3\n", "\u{FEFF}# é\r\nv:\r\n  a: 1 # ñ\r\nw: 1", "$.v"),
        "\u{FEFF}# é\r\nv:\r\n  a: 2 # ñ\r\n  b: 3\r\nw: 1"
    );
    assert_eq!(yaml("v: |\n  x\n  y\n", "v: |\r\n  z\r\nw: 1\r\n", "$.v"), "v: |\r\n  x\r\n  y\r\nw: 1\r\n");
    assert_eq!(yaml("v: |\r\n  x\r\n  y\r\n", "v: |\n  z\nw: 1\n", "$.v"), "v: |\n  x\n  y\nw: 1\n");
    assert_eq!(yaml("v: 2\n", "v: 1", "$.v"), "v: 2");
    assert_eq!(yaml("ü: \"𝕏\"\n", "é: ö\nü: ä # ß\n", "$.ü"), "é: ö\nü: 𝕏 # ß\n");
}

#[test]
fn documents_correspond_in_order() {
    let source = "kind: A\nimage: 2\n---\nkind: B\nimage: 3\n";
    let target = "# one\nkind: A\nimage: 1\n--- # two\nkind: B\nimage: 1 # c\n";
    assert_eq!(yaml(source, target, "$.image"), "# one\nkind: A\nimage: 2\n--- # two\nkind: B\nimage: 3 # c\n");
    let outcome = transfer(Format::Yaml, source, target, &paths(&["$.image"])).unwrap();
    assert_eq!(outcome.changes[1].path, "$.image (document 2)");
    assert!(
        refusal(source, "kind: B\n---\nkind: A\n", &["$.image"])
            .contains("one `kind` in the source and another in the target")
    );
    assert!(refusal(source, "kind: A\n", &["$.image"]).contains("2 YAML documents, but the target has 1"));
    assert_eq!(yaml("a: 2\n", "%YAML 1.2\n---\na: 1\n...\n", "$.a"), "%YAML 1.2\n---\na: 2\n...\n");
}

#[test]
fn an_empty_target_gets_the_value() {
    assert_eq!(yaml("a: {b: 2}\n", "", "$.a"), "a: {b: 2}\n");
    assert_eq!(yaml("a:\n  b: 2\n", "# c", "$.a.b"), "# c\na:\n  b: 2\n");
    assert_eq!(yaml("a:\n  b: 2\n", "---\n", "$.a"), "---\na:\n  b: 2\n");
    assert_eq!(yaml("2\n", "1 # c\n", "$"), "2 # c\n");
    assert_eq!(yaml("a: 1\n", "- 1\n", "$"), "a: 1\n");
}

#[test]
fn invalid_yaml_is_refused_with_its_position() {
    let error = Document::parse(Format::Yaml, "a: 1\n  b: 2\n").unwrap_err();
    assert!(matches!(error, EditError::Unreadable { line: 2, .. }), "{error}");
    assert_eq!(
        refusal("a: 1\n", "a: 1\nb: 2\na: 3\n", &["$.a"]),
        "the target is not valid YAML at line 3, column 1: duplicate key `a`"
    );
    for template in ["a: {{ .Values.a }}\n", "{{- if .x }}\na: 1\n{{- end }}\n", "a: 1\n{{ include \"x\" . }}\n"] {
        let error = Document::parse(Format::Yaml, template).unwrap_err();
        assert!(error.to_string().contains("`{{` starts a template expression"), "{error}");
        assert!(error.help().contains("Helm"));
    }
    assert!(Document::parse(Format::Yaml, "a: '{{ .x }}'\nb: x{{ y }}\n").is_ok());
    assert!(refusal("a: 1\n", "a: &a [*a]\n", &["$.a"]).contains("alias"));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
    }
    assert!(refusal("a0: 1\n", &bomb, &["$.a0"]).contains("too many values"));
    let deep = format!("a: {}1{}\n", "[".repeat(120), "]".repeat(120));
    assert_eq!(yaml(&deep, "a: 1\n", "$.a"), deep);
    let message = refusal("a: 1\n", &"[".repeat(100_000), &["$.a"]);
    assert!(message.contains("limit"), "{message}");
}

#[test]
fn a_path_that_selects_nothing_names_the_nearest_keys() {
    let error =
        transfer(Format::Yaml, "image:\n  tag: 1\n  repository: x\n", "", &paths(&["$.image.tags"])).unwrap_err();
    assert_eq!(error.to_string(), "`$.image.tags` selects nothing in the source");
    assert_eq!(error.help(), "the nearest keys are `tag`, `repository`");
    let error = transfer(Format::Yaml, "a: {image: 1}\n", "", &paths(&["$..imge"])).unwrap_err();
    assert_eq!(error.help(), "the nearest keys are `image`, `a`");
}

#[test]
fn values_that_do_not_fit_are_refused() {
    assert!(
        refusal("a: {b: 1}\n", "a: x\n", &["$.a.b"])
            .contains("`$.a`: the source has a mapping, but the target has a single value")
    );
    assert!(refusal("a: [1, 2, 3]\n", "a: [1]\n", &["$.a[2]"]).contains("has no element `[2]`"));
}

#[test]
fn selections_show_source_texts_and_readable_paths() {
    let document =
        Document::parse(Format::Yaml, "b:\n  image: # c\n    tag: 1.10\n    'a-b': \"x\"\n  l: [1]\n").unwrap();
    let found: Vec<(String, String, bool)> = document
        .select(&paths(&["$..*"])[0])
        .into_iter()
        .map(|found| (found.path, found.source, found.scalar))
        .collect();
    assert!(found.contains(&("$.b.image".into(), "{tag: 1.10, \"a-b\": \"x\"}".into(), false)));
    assert!(found.contains(&("$.b.image[\"a-b\"]".into(), "\"x\"".into(), true)));
    assert!(found.contains(&("$.b.l[0]".into(), "1".into(), true)));
    let values = selected(Format::Yaml, "a: 'x' # c\n", &["$.a", "$.z"]);
    assert_eq!(values, [("$.a".to_owned(), "'x'".to_owned())]);
}

#[test]
fn nested_selections_count_once() {
    let outcome =
        transfer(Format::Yaml, "i: {t: 2}\n", "i:\n  t: 1\n  u: 3\n", &paths(&["$.i.t", "$.i", "$..t"])).unwrap();
    assert_eq!(outcome.text, "i:\n  t: 2\n");
    let change = EditedValue { path: "$.i".into(), old: Some("{t: 1, u: 3}".into()), new: "{t: 2}".into() };
    assert_eq!(outcome.changes, [change]);
}

#[test]
fn filters_see_numbers_and_booleans() {
    let text = "l:\n- {n: a, p: 80, on: true, v: 1}\n- {n: b, p: 443, on: false, v: 2}\n";
    let values = selected(Format::Yaml, text, &["$.l[?@.p > 100].v", "$.l[?@.on == true].n"]);
    assert_eq!(values, [("$.l[1].v".to_owned(), "2".to_owned()), ("$.l[0].n".to_owned(), "a".to_owned())]);
}

#[test]
fn path_errors_say_where_they_are_and_what_to_write() {
    let error = Path::parse("$.rollout-canary.image").unwrap_err();
    assert_eq!((error.position, error.help.as_str()), (9, "write `$[\"rollout-canary\"].image`"));
    assert_eq!(Path::parse("$..a-b[0]").unwrap_err().help, "write `$..[\"a-b\"][0]`");
    let error = Path::parse("image.tag").unwrap_err();
    assert_eq!((error.position, error.help.as_str()), (0, "write `$.image.tag`"));
    assert_eq!(Path::parse("$.a[").unwrap_err().message, "unexpected `[` in the JSONPath `$.a[`");
    assert!(Path::parse(&format!("$[?{}", "(".repeat(3000))).unwrap_err().message.contains("too deeply"));
    assert!(Path::parse(&format!("$[?{}", "!".repeat(4000))).is_err());
    assert_eq!(Path::parse("$.a").unwrap().to_string(), "$.a");
}

#[test]
fn the_format_follows_from_the_file_name() {
    assert_eq!(Format::of_path("charts/values.YAML"), Some(Format::Yaml));
    assert_eq!(Format::of_path("a.yml"), Some(Format::Yaml));
    assert_eq!(Format::of_path("package.json"), Some(Format::Json));
    assert_eq!(Format::of_path("Cargo.toml"), Some(Format::Toml));
    assert_eq!(Format::of_path("Dockerfile"), None);
}
