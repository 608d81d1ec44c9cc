//! Drawings of real programs: well-formed, deterministic, and with everything marked that should be.

use promoc::graph::{Picture, dot, mermaid, svg};
use promoc::program::{MemoryFiles, load};

fn picture(text: &str, flow: &str, product: Option<&str>) -> Picture {
    let analysis = load(&MemoryFiles([("main.promo".to_string(), text.to_string())].into()), "main.promo").unwrap();
    let program = &analysis.program;
    Picture::new(program, program.flow(flow).unwrap(), product.map(|name| program.product(name).unwrap()))
}

/// Each tag is closed, each attribute is quoted, and each `&` begins a known entity.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in svg.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("no end: {part}"));
        assert!(!text.contains('>'), "{part}");
        match (tag.strip_prefix('/'), tag.strip_suffix('/')) {
            (Some(name), _) => assert_eq!(open.pop(), Some(name), "{part}"),
            (None, Some(_)) => {}
            (None, None) => open.push(tag.split(' ').next().unwrap()),
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        for entity in part.split('&').skip(1) {
            assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|known| entity.starts_with(known)), "{part}");
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn every_example_has_a_picture() {
    for example in ["dependencies", "one-folder", "parallel", "policies", "quickstart", "sequential"] {
        let text = std::fs::read_to_string(format!("examples/{example}/main.promo")).unwrap();
        let flow = text.lines().find_map(|line| line.strip_prefix("flow ")?.split(' ').next()).unwrap();
        let shown = svg(&picture(&text, flow, Some("demo-trioapp")));
        assert_well_formed(&shown);
        assert_eq!(shown, svg(&picture(&text, flow, Some("demo-trioapp"))), "{example}");
        assert!(shown.contains(&format!(">flow {flow}</text>")), "{example}");
    }
}

const PROGRAM: &str = r#"environment dev, qa, us, eu, asia
environment prod { kind production }
group regions = us, eu, asia
workflow notify { uses "notify" }
window office-hours { open mon..fri }
policy guard { for kind production; window office-hours; approval 2 of "R&D\n<leads>"; soak 1h }
product shop {
  repo "./deploy.git"
  copy "values.yaml" at $.image
  application shop-{environment} in dev, qa, regions, prod { path "envs/{environment}" }
  flow main
}
flow main {
  trigger dev
  promote qa
  promote regions after dev
  promote prod after qa, 2 of regions { on start notify; action pull-request }
  rollback prod, qa when prod fails
}
"#;

#[test]
fn settings_of_policies_and_the_flow_are_marked() {
    let shown = svg(&picture(PROGRAM, "main", Some("shop")));
    assert_well_formed(&shown);
    for mark in [
        ">soak 1h<",
        ">approval 2 of R&amp;D &lt;leads&gt;<",
        ">window office-hours<",
        ">on start notify<",
        ">pull-request<",
        ">rollback when it fails<",
        ">rollback when prod fails<",
        ">rollback prod, qa when prod fails<",
        ">2 of 3<",
        ">production<",
    ] {
        assert!(shown.contains(mark), "{mark}\n{shown}");
    }
    // without a product, there are only environments and lines
    let plain = svg(&picture(PROGRAM, "main", None));
    assert!(!plain.contains("soak") && plain.contains(">2 of 3<"), "{plain}");
}

#[test]
fn only_lines_with_a_count_are_dashed() {
    let shown = picture(PROGRAM, "main", Some("shop"));
    let (dot, mermaid) = (dot(&shown), mermaid(&shown));
    assert!(dot.contains("\"qa\" -> \"prod\"\n") && dot.contains("\"us\" -> \"prod\" [style=dashed]\n"), "{dot}");
    assert!(mermaid.contains("e1 --> e5\n") && mermaid.contains("e2 -.-> e5\n"), "{mermaid}");
}
