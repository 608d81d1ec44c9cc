//! The resources that a hostile program can use are bounded.

use std::fmt::Write;

use super::*;

/// A chain of groups in which each contains the previous one, so that the number of members grows quadratically.
fn chain(groups: usize) -> String {
    let mut text = "environment e0\ngroup g0 = e0\n".to_owned();
    for n in 1..groups {
        let _ = writeln!(text, "environment e{n}\ngroup g{n} = g{}, e{n}", n - 1);
    }
    text
}

fn held(text: &str) -> (Vec<String>, usize) {
    let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
    let analysed = crate::analyse(&files, "main.promo").unwrap();
    let program = analysed.program();
    let members = program.groups.values().map(|group| group.members.len());
    let targets = program.flows.values().flat_map(|flow| flow.targets.iter()).flat_map(|target| &target.needs);
    let applications: usize = program.products.values().map(|product| product.applications.len()).sum();
    let held = members.sum::<usize>() + targets.map(|need| need.of.len()).sum::<usize>() + applications;
    (analysed.diagnostics().iter().map(|diagnostic| diagnostic.code.to_string()).collect(), held)
}

#[test]
fn groups_of_groups_are_expanded_up_to_a_limit() {
    let (said, members) = held(&chain(1_000));
    assert_eq!((said.len(), members), (0, 500_500));
    let (said, members) = held(&chain(20_000));
    assert_eq!(said, ["E0106"]);
    assert!(members < 4_100_000, "{members}");
}

#[test]
fn requirements_and_applications_are_limited() {
    let names = |letter: char| (0..4_000).map(|n| format!("{letter}{n}")).collect::<Vec<_>>().join(", ");
    let (a, b) = (names('a'), names('b'));
    let flow = format!("environment dev, {a}, {b}\nflow f {{ trigger dev; promote {a}; promote {b} }}\n");
    let files = MemoryFiles([("main.promo".to_owned(), flow)].into());
    let analysed = crate::analyse(&files, "main.promo").unwrap();
    let flow = analysed.program().flows.values().next().unwrap();
    let shared = |target: &crate::program::Target| target.needs[0].of.as_ptr();
    assert!(flow.targets.iter().skip(4_000).all(|target| shared(target) == shared(&flow.targets[4_000])));
    assert_eq!((flow.graph.node_count(), flow.graph.edge_count()), (8_001 + 1, 4_000 + 8_000));
    let groups: String = (0..2_100).map(|n| format!("promote a{n} after all; ")).collect();
    let (said, held_by_flow) =
        held(&format!("environment dev, {a}\ngroup all = {a}\nflow f {{ trigger dev; {groups}}}\n"));
    assert!(said.contains(&"E0106".to_owned()), "{said:?}");
    assert!(held_by_flow < 8_300_000, "{held_by_flow}");
    let statement = "  application x-{environment} in all { path \"{environment}\" }\n".repeat(100);
    let product = format!("environment {a}\ngroup all = {a}\nproduct p {{\n  repo \"./r\"\n{statement}}}\n");
    let (_, applications) = held(&product);
    assert!(applications < 300_000, "{applications}");
}

#[test]
fn a_chain_of_imports_is_limited() {
    let said = |files: usize| {
        let text = |n: usize| if n + 1 < files { format!("import \"f{}.promo\"\n", n + 1) } else { String::new() };
        let files = MemoryFiles((0..files).map(|n| (format!("f{n}.promo"), text(n))).collect());
        let analysed = crate::analyse(&files, "f0.promo").unwrap();
        let sources = analysed.sources();
        let at = |span: crate::source::Span| sources.file(span.file).path.clone();
        let labels = |diagnostic: &crate::diagnostic::Diagnostic| {
            (diagnostic.code.to_string(), diagnostic.labels.iter().map(|label| at(label.span)).collect::<Vec<_>>())
        };
        analysed.diagnostics().iter().map(labels).collect::<Vec<_>>()
    };
    assert_eq!(said(65), []);
    let places = ["f64.promo", "f0.promo", "f61.promo", "f62.promo", "f63.promo"].map(str::to_owned).to_vec();
    assert_eq!(said(66), [("E0106".to_owned(), places.clone())]);
    assert_eq!(said(1_000), [("E0106".to_owned(), places)]);
}
