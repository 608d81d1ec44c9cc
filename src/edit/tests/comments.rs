//! Tests of where comments go when a list or mapping is copied whole.

use super::*;

#[test]
fn a_comment_between_brackets_goes_where_its_element_goes() {
    let target =
        "l: [ # list\n  # above a\n  a, # beside a\n  b, # beside b\n  # above c\n  c # beside c\n  # end\n]\n";
    let same = "l: [ # list\n  # above c\n  c, # beside c\n  # above a\n  a, # beside a\n  b # beside b\n  # end\n]\n";
    assert_eq!(yaml("l: [c, a, b]\n", target, "$.l"), same);
    assert_eq!(yaml("l: [b]\n", target, "$.l"), "l: [ # list\n  b # beside b\n  # end\n]\n");
    assert_eq!(
        yaml("l: [a, x, c]\n", target, "$.l"),
        "l: [ # list\n  # above a\n  a, # beside a\n  x,\n  # above c\n  c # beside c\n  # end\n]\n"
    );
    assert_eq!(yaml("l: [a, b, c]\n", target, "$.l"), target);
    assert_eq!(yaml("l: [b]\n", "l: [a, # a\n  b]\n", "$.l"), "l: [b]\n");
    assert_eq!(yaml("l: [b, a]\n", "l: [a, # a\n  b]\n", "$.l"), "l: [b,\n  a # a\n  ]\n");
}

#[test]
fn elements_between_brackets_are_edited_where_they_go() {
    let target = "l: [\n  {name: a, v: 1}, # a\r\n  {name: b, v: 1}, # b\n]\n";
    let text = yaml("l:\n- {name: b, v: 2}\n- {name: a, v: 1}\n", target, "$.l");
    assert_eq!(text.replace('\r', ""), "l: [\n  {name: b, v: 2}, # b\n  {name: a, v: 1}, # a\n]\n");
    let target = "{\n  x: 1, # x\n  # above y\n  y: 2, # y\n  z: 3 # z\n}\n";
    assert_eq!(yaml("{x: 5, z: 3}\n", target, "$"), "{\n  x: 5, # x\n  z: 3 # z\n}\n");
    assert_eq!(yaml("{x: 1, z: 4, w: 5}\n", target, "$"), "{\n  x: 1, # x\n  z: 4, # z\n  w: 5\n}\n");
}

#[test]
fn comments_of_the_source_travel_with_what_is_inserted() {
    let source = "l: [\n    a,\n    # above b\n    b, # beside b\n    c\n]\n";
    assert_eq!(
        yaml(source, "l: [\n  a, # a\n  c\n]\n", "$.l"),
        "l: [\n  a, # a\n  # above b\n  b, # beside b\n  c\n]\n"
    );
    assert_eq!(yaml(source, "l: [\n  a,\n  c\n]\n", "$.l"), "l: [\n  a,\n  # above b\n  b, # beside b\n  c\n]\n");
    assert_eq!(yaml(source, "l:\n- a # a\n- c\n", "$.l"), "l:\n- a # a\n# above b\n- b # beside b\n- c\n");
    let source = "l:\n- a\n# above b\n- b # beside b\n";
    assert_eq!(yaml(source, "l: [\n  a # a\n]\n", "$.l"), "l: [\n  a, # a\n  # above b\n  b # beside b\n]\n");
}

#[test]
fn a_comment_before_a_comma_is_refused_rather_than_lost() {
    let target = "l: [a # a\n  , b # b\n  ]\n";
    let error = transfer(Format::Yaml, "l: [b]\n", target, &paths(&["$.l"])).unwrap_err();
    assert_eq!(error.help(), "write the comma before the comment first");
    assert_eq!(yaml("l: [a, b]\n", target, "$.l"), target);
    assert_eq!(yaml("l: [x, b]\n", target, "$.l[0]"), target.replace("[a", "[x"));
}

fn toml(source: &str, target: &str, path: &str) -> String {
    edit(Format::Toml, source, target, path)
}

#[test]
fn toml_elements_are_paired_by_identity_and_take_their_comments() {
    let target = "l = [ # list\n  # above a\n  'a', # beside a\n  'b', # beside b\n  'c' # beside c\n  # end\n]\n";
    assert_eq!(
        toml("l = ['c', 'a', 'x']\n", target, "$.l"),
        "l = [ # list\n  'c', # beside c\n  # above a\n  'a', # beside a\n  'x'\n  # end\n]\n"
    );
    assert_eq!(toml("l = ['b']\n", target, "$.l"), "l = [ # list\n  'b' # beside b\n  # end\n]\n");
    assert_eq!(
        toml("l = [\n 'a',\n # above x\n 'x', # beside x\n 'b', 'c']\n", target, "$.l"),
        "l = [ # list\n  # above a\n  'a', # beside a\n  # above x\n  'x', # beside x\n  'b', # beside b\n  'c' # beside c\n  # end\n]\n"
    );
    let target = "l = [\n  {name = 'a', v = 1}, # a\n  {name = 'b', v = 1}, # b\n]\n";
    assert_eq!(
        toml("l = [{name = 'b', v = 2}, {name = 'a', v = 1}]\n", target, "$.l"),
        "l = [\n  {name = 'b', v = 2}, # b\n  {name = 'a', v = 1}, # a\n]\n"
    );
    assert_eq!(toml("l = [1,2,3]\n", "l = [ 1,3 ]\n", "$.l"), "l = [ 1, 2,3 ]\n");
    assert_eq!(toml("l = []\n", "l = [1, # a\n  2]\n", "$.l"), "l = []\n");
}

#[test]
fn toml_tables_in_lists_are_paired_by_identity_and_take_their_comments() {
    let target = "# file\n\n# one\n[[p]]\nid = 1 # id one\n[p.q]\nv = 1\n\n# two\n[[p]] # beside two\nid = 2\n[z]\n";
    let source = "[[p]]\nid = 2\n[[p]]\nid = 1\n[p.q]\nv = 9\n";
    assert_eq!(
        toml(source, target, "$.p"),
        "# file\n\n# two\n[[p]] # beside two\nid = 2\n\n# one\n[[p]]\nid = 1 # id one\n[p.q]\nv = 9\n[z]\n"
    );
    let source = "[[p]]\nid = 1\n[p.q]\nv = 1\n\n# three\n[[p]] # beside three\nid = 3\n\n[[p]]\nid = 2\n";
    assert_eq!(
        toml(source, target, "$.p"),
        "# file\n\n# one\n[[p]]\nid = 1 # id one\n[p.q]\nv = 1\n\n# three\n[[p]] # beside three\nid = 3\n\n# two\n[[p]] # beside two\nid = 2\n[z]\n"
    );
}
