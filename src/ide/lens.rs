//! What can be done with a declaration: count its uses, simulate a flow, play a scenario.

use std::collections::BTreeMap;

use super::occurrence::{Role, Symbol, occurrences};
use crate::check::Analysed;
use crate::graph::{Picture, svg};
use crate::program::{Definition, Namespace};
use crate::simulate;
use crate::source::{FileId, Span};

/// Something to do beside a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The name of the declaration.
    pub at: Span,
    /// What is offered.
    pub kind: LensKind,
}

/// The kinds of lenses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LensKind {
    /// The places where the name is used.
    References(Vec<Span>),
    /// The flow of this name can be shown.
    Preview(String),
    /// The scenario of this name can be played.
    Scenario(String),
}

/// The lenses of a file, in order.
pub fn lenses(analysed: &Analysed, file: FileId) -> Vec<Lens> {
    let all = occurrences(analysed);
    let mut uses: BTreeMap<&Symbol, Vec<Span>> = BTreeMap::new();
    for one in all.iter().filter(|one| one.role == Role::Use) {
        uses.entry(&one.symbol).or_default().push(one.span);
    }
    let mut lenses = Vec::new();
    let here = all.iter().filter(|one| one.span.file == file && one.role == Role::Declaration);
    for declaration in here {
        let Symbol::Declared(definition) = declaration.symbol else { continue };
        let name = analysed.program().name_of(definition).value.clone();
        let mut lens = |kind| lenses.push(Lens { at: declaration.span, kind });
        match definition {
            Definition::Scenario(_) => lens(LensKind::Scenario(name)),
            Definition::Product(_) | Definition::Policy(_) => {}
            _ => {
                lens(LensKind::References(uses.remove(&declaration.symbol).unwrap_or_default()));
                if let Definition::Flow(_) = definition {
                    lens(LensKind::Preview(name));
                }
            }
        }
    }
    lenses
}

/// The result of a scenario in a few words; the reasons are separate. `None` if there is no such scenario.
///
/// # Errors
/// If the program has errors, so that nothing can be played.
pub fn play_scenario(analysed: &Analysed, name: &str) -> Result<Option<(bool, Vec<String>)>, &'static str> {
    let Some(Definition::Scenario(id)) = analysed.program().names.get(Namespace::Scenarios, name) else {
        return Ok(None);
    };
    let checked = analysed.checked().ok_or("the program has errors; correct them first")?;
    let tested = simulate::test(checked, id);
    let reasons: Vec<String> = tested.unmet.iter().map(|unmet| unmet.message.clone()).collect();
    Ok(Some((reasons.is_empty(), reasons)))
}

/// The picture of a flow as SVG, with the policies of the first product that lists it; `None` if there is no such flow.
pub fn preview(analysed: &Analysed, flow: &str) -> Option<String> {
    let program = analysed.program();
    let flow = program.flow(flow).ok()?;
    let product = program.product_flows().find(|listed| listed.flow_id() == flow).map(|listed| listed.product_id());
    Some(svg(&Picture::new(program, flow, product)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::analysed;
    use super::*;

    const PROGRAM: &str = "environment dev, qa\nflow main { trigger dev; promote qa }\n\
        product shop {\n  copy \"v.yaml\"\n  repo \"./r\"\n  application shop-{environment} in dev, qa { path \"{environment}\" }\n  flow main\n}\n\
        scenario good { release shop via main; expect qa succeeded }\nscenario bad { release shop via main; expect qa failed }\n";

    #[test]
    fn lenses_count_uses_and_offer_what_can_be_played() {
        let analysed = analysed(PROGRAM);
        let file = analysed.analysis().files.first().unwrap().id;
        let shown: Vec<String> = lenses(&analysed, file)
            .iter()
            .map(|lens| {
                let name = analysed.sources().text(lens.at);
                match &lens.kind {
                    LensKind::References(spans) => format!("{name} {}", spans.len()),
                    LensKind::Preview(_) => format!("{name} preview"),
                    LensKind::Scenario(_) => format!("{name} scenario"),
                }
            })
            .collect();
        assert_eq!(shown, ["dev 2", "qa 4", "main 3", "main preview", "good scenario", "bad scenario"]);
    }

    #[test]
    fn a_scenario_says_why_it_failed_and_a_flow_is_drawn() {
        let analysed = analysed(PROGRAM);
        assert_eq!(play_scenario(&analysed, "good"), Ok(Some((true, Vec::new()))));
        let (passed, reasons) = play_scenario(&analysed, "bad").unwrap().unwrap();
        assert!(!passed && reasons.len() == 1, "{reasons:?}");
        assert_eq!(play_scenario(&analysed, "none"), Ok(None));
        let broken = super::super::tests::analysed(&PROGRAM.replace("promote qa", "promote staging"));
        assert!(play_scenario(&broken, "good").is_err());
        assert!(preview(&analysed, "main").unwrap().starts_with("<svg"));
        assert_eq!(preview(&analysed, "none"), None);
    }
}
