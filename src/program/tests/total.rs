use proptest::prelude::*;

use super::*;
use crate::diagnostic::Code;
use crate::program::{CallSite, MergeRule, Parameters};

const PROGRAM: &str = r#"import "a.promo"
environment dev, qa, eu, us { kind production }
group regions = eu, us, inner
group inner = qa
workflow smoke { needs APP_NAME, URL = "x"; gives CHANGE; takes 2m..5m }
template t { version from "Chart.yaml" at $.appVersion; copy "v.yaml" in one at $..image }
policy p { priority 3; for kind production; for product shop; require pre-action smoke; window w; on start smoke }
window w { timezone "UTC"; open mon..fri 09:00..17:00 }
product shop {
  template t
  repo "https://x/y.git"
  application shop-{environment} in dev, regions { source one { path "e/{environment}" } }
  flow main when message excludes "*wip*"
}
flow main {
  trigger dev { post-action smoke }
  promote qa after dev
  promote regions one by one after any of inner { soak 30m; on failure smoke with URL = "y" }
  rollback regions when eu fails
}
scenario s { release shop via main; given smoke in eu fails 2 times; expect regions succeeded within 2h }
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is cut out of or moved in a program, loading terminates and every query has an answer.
    #[test]
    fn a_mutated_program_has_a_meaning(cuts in prop::collection::vec((0..PROGRAM.len(), 0usize..30, 0..PROGRAM.len()), 1..4)) {
        let mut text = PROGRAM.to_owned();
        for (at, length, from) in cuts {
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            let piece = PROGRAM.get(from..(from + length).min(PROGRAM.len())).unwrap().to_owned();
            text.replace_range(at..end, &piece);
        }
        let memory = files(&[("main.promo", &text), ("a.promo", "import \"main.promo\"\n")]);
        let analysis = load(&memory, "main.promo").unwrap();
        for diagnostic in &analysis.diagnostics {
            prop_assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty(), "{diagnostic:?}");
            for label in &diagnostic.labels {
                let file = analysis.sources.file(label.span.file);
                prop_assert!(file.text.get(label.span.start as usize..label.span.end as usize).is_some());
            }
        }
        let program = &analysis.program;
        for product in program.products.ids() {
            for flow in program.flows.ids() {
                let settled = program.product_flow(product, flow).settled();
                let parameters = Parameters::new(&settled);
                for environment in program.environments.ids() {
                    let context = settled.at(environment);
                    context.violations();
                    let known = settled.environment(environment).map(|known| known.environment_id());
                    prop_assert_eq!(known, Some(environment).filter(|_| context.is_trigger() || context.is_target()));
                    for evaluated in context.evaluated() {
                        let counting = evaluated.words.iter().filter(|word| word.counts).count();
                        prop_assert!(evaluated.rule == MergeRule::All || counting <= 1, "{evaluated:?}");
                    }
                    prop_assert!(parameters.provided(CallSite::PostAction(environment)).contains_key("PATH"));
                }
            }
        }
        // An invalid name is used in its corrected form (E0102).
        let corrected = analysis.diagnostics.iter().any(|diagnostic| diagnostic.code == Code::E0102);
        for reference in program.references.iter().filter(|_| !corrected) {
            prop_assert_eq!(analysis.sources.text(reference.span), program.name_of(reference.to).value.as_str());
        }
    }
}
