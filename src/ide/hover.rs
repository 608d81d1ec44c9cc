//! What a name means where it is: what it resolves to, in Markdown.

use super::occurrence::{Symbol, occurrence_at};
use super::parameter;
use crate::check::Analysed;
use crate::program::{
    Calendar, Definition, EnvironmentId, Evaluated, FlowId, Origin, PolicyId, ProductId, Program, PromotionContext,
    WindowId, WorkflowId,
};
use crate::source::{FileId, Span};
use crate::syntax::literal::{Instant, Seconds};

/// An explanation of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The name.
    pub span: Span,
    /// What it means, in Markdown.
    pub text: String,
}

/// The openings of a window that are shown, and how many minutes one of them is followed.
const OPENINGS: usize = 3;
const MINUTES: i64 = 8 * 24 * 60;

/// The members of a group that are shown by name.
const MEMBERS: usize = 24;

/// What the name at an offset means. `now` is the instant from which the openings of a window are counted.
pub fn hover(analysed: &Analysed, file: FileId, offset: u32, now: Instant) -> Option<Hover> {
    let found = occurrence_at(analysed, file, offset)?;
    let program = analysed.program();
    let text = match &found.symbol {
        Symbol::Declared(definition) => {
            let head = head(program, *definition);
            let rest = match *definition {
                Definition::Environment(id) => environment(program, id, found.span),
                Definition::Group(id) => members(program, &program.groups[id].members),
                Definition::Window(id) => window(program, id, now),
                Definition::Workflow(id) => workflow(program, id),
                Definition::Product(id) => product(program, id),
                Definition::Flow(id) => flow(program, id),
                Definition::Policy(id) => policy(program, id),
                Definition::Template(id) => copies(program, id),
                Definition::Scenario(_) => String::new(),
            };
            format!("{head}\n\n{rest}")
        }
        Symbol::Parameter { name, workflow } => parameter::describe(analysed, name, workflow.as_deref()),
        Symbol::Source(name) => format!("source `{name}` of an application"),
    };
    Some(Hover { span: found.span, text: text.trim_end().to_owned() })
}

/// The kind and the name of a declaration, and its description.
pub(super) fn head(program: &Program, definition: Definition) -> String {
    let name = &program.name_of(definition).value;
    let described = match definition {
        Definition::Environment(id) => program.environments[id].description.clone(),
        Definition::Workflow(id) => program.workflows[id].decl.description.as_ref().map(|text| text.value.clone()),
        Definition::Product(id) => program.products[id].decl.description.as_ref().map(|text| text.value.clone()),
        Definition::Flow(id) => program.flows[id].decl.description.as_ref().map(|text| text.value.clone()),
        _ => None,
    };
    let head = format!("**{}** `{name}`", definition.kind());
    described.map_or(head.clone(), |described| format!("{head}\n\n{described}"))
}

/// The names in code, with how many more there are.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = names.collect();
    let shown = all.iter().take(MEMBERS).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MEMBERS) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

pub(super) fn members(program: &Program, members: &[EnvironmentId]) -> String {
    let names = members.iter().map(|id| program.environments[*id].name.value.as_str());
    format!("{} environments: {}", members.len(), listed(names))
}

/// An environment: its kind, labels and groups, and its settings in the flow that promotes to it here.
fn environment(program: &Program, id: EnvironmentId, at: Span) -> String {
    let environment = &program.environments[id];
    let mut lines = vec![environment.kind.as_str().to_owned()];
    let labels: Vec<String> = environment.labels.iter().map(|(key, value)| format!("`{key} = {value}`")).collect();
    if !labels.is_empty() {
        lines.push(format!("labels {}", labels.join(", ")));
    }
    let groups = program.groups.values().filter(|group| group.members.contains(&id));
    let groups = listed(groups.map(|group| group.name.value.as_str()));
    if !groups.is_empty() {
        lines.push(format!("in groups {groups}"));
    }
    let mut text = lines.join("  \n");
    let here = program.flows.iter().find(|(_, flow)| flow.decl.span.contains(at));
    let Some((flow, _)) = here.filter(|(_, flow)| flow.environments().any(|other| other == id)) else { return text };
    text.push_str(&settings_in(program, flow, id));
    text
}

/// The settings of an environment in a flow, for the first product that lists it; other products are named if theirs
/// differ.
fn settings_in(program: &Program, flow: FlowId, environment: EnvironmentId) -> String {
    let products: Vec<ProductId> =
        program.product_flows().filter(|listed| listed.flow_id() == flow).map(|listed| listed.product_id()).collect();
    let context = |product: Option<ProductId>| program.context(product, Some(flow), environment);
    let first = products.first().copied();
    let shown = settings(context(first));
    let mut text = match first {
        Some(product) => format!("\n\n**In `{}`**\n\n{shown}", program.products[product].name.value),
        None => format!("\n\n{shown}"),
    };
    let different = products.iter().skip(1).filter(|product| settings(context(Some(**product))) != shown);
    let different = listed(different.map(|product| program.products[*product].name.value.as_str()));
    if !different.is_empty() {
        text.push_str(&format!("\n\nOther settings in {different}"));
    }
    text
}

/// The settings of an environment and where each comes from, as a list. Settings that nobody has set are left out.
pub(super) fn settings(context: PromotionContext<'_>) -> String {
    let lines = context.evaluated().into_iter().filter(|setting| !setting.holds.is_empty());
    lines.map(|setting| format!("- {} {}\n", setting.setting, from(context.program(), &setting))).collect()
}

/// The result of a setting, and the places it comes from.
fn from(program: &Program, setting: &Evaluated) -> String {
    let holds = setting.holds.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    let mut origins: Vec<String> = Vec::new();
    for word in setting.words.iter().filter(|word| word.counts) {
        let origin = match word.origin {
            Origin::Policy(policy, _) => format!("policy `{}`", program.policies[policy].name.value),
            Origin::Flow(_) => "the flow".to_owned(),
            Origin::Default => continue,
        };
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    if origins.is_empty() { format!("{holds} (default)") } else { format!("{holds} from {}", origins.join(", ")) }
}

/// Whether a window is open, and when it opens next.
fn window(program: &Program, id: WindowId, now: Instant) -> String {
    let Ok(calendar) = Calendar::new(&program.windows[id]) else { return String::new() };
    let minute = |minutes: i64| Seconds(u64::try_from(minutes * 60).unwrap_or(0));
    let mut lines = Vec::new();
    let mut from = now;
    while lines.len() < OPENINGS
        && let Some(opens) = calendar.next_open(from)
    {
        let closes = (1..=MINUTES).map(|after| opens.after(minute(after))).find(|at| !calendar.open_at(*at));
        let begin = if opens == now { "open now".to_owned() } else { format!("opens {}", calendar.words(opens, now)) };
        let Some(closes) = closes else {
            lines.push(begin);
            break;
        };
        lines.push(format!("{begin}, closes {}", calendar.words(closes, now)));
        from = closes;
    }
    if lines.is_empty() { "never opens".to_owned() } else { lines.join("  \n") }
}

fn workflow(program: &Program, id: WorkflowId) -> String {
    let workflow = &program.workflows[id];
    let names = |names: &mut dyn Iterator<Item = &str>| listed(names);
    let needs = names(&mut workflow.decl.needs.iter().map(|need| need.name.value.as_str()));
    let gives = names(&mut workflow.decl.gives.iter().map(|given| given.value.as_str()));
    let mut lines: Vec<String> = Vec::new();
    lines.extend((!needs.is_empty()).then(|| format!("needs {needs}")));
    lines.extend((!gives.is_empty()).then(|| format!("gives {gives}")));
    let (least, most) = workflow.takes();
    if most.0 > 0 {
        lines.push(if least == most { format!("takes {least}") } else { format!("takes {least} to {most}") });
    }
    lines.extend(workflow.template().map(|template| format!("runs the Argo WorkflowTemplate `{template}`")));
    lines.join("  \n")
}

fn product(program: &Program, id: ProductId) -> String {
    let product = &program.products[id];
    let environments: Vec<EnvironmentId> = product.applications.values().map(|one| one.environment).collect();
    let present = program.environments.iter().filter(|(environment, _)| environments.contains(environment));
    let flows = listed(product.flows.iter().map(|listed| program.flows[listed.flow].name.value.as_str()));
    let present = listed(present.map(|(_, environment)| environment.name.value.as_str()));
    format!("{} applications in {present}  \nflows {flows}", product.applications.len())
}

fn flow(program: &Program, id: FlowId) -> String {
    let flow = &program.flows[id];
    let trigger = flow.trigger.map_or("?", |trigger| program.environments[trigger.value].name.value.as_str());
    let targets = flow.targets.iter().map(|target| program.environments[target.environment].name.value.as_str());
    let lists = |product: &&crate::program::Product| product.flows.iter().any(|listed| listed.flow == id);
    let products = listed(program.products.values().filter(lists).map(|product| product.name.value.as_str()));
    let used = if products.is_empty() { "no product lists it".to_owned() } else { format!("products {products}") };
    format!("from `{trigger}` to {}  \n{used}", listed(targets))
}

/// The places to which a policy applies.
fn policy(program: &Program, id: PolicyId) -> String {
    let mut places = Vec::new();
    for listed in program.product_flows() {
        let matching = listed.contexts().filter(|context| context.matching_policies().contains(&id));
        let names: Vec<&str> = matching.map(|context| context.environment().name.value.as_str()).collect();
        if !names.is_empty() {
            let (product, flow) = (&listed.product().name.value, &listed.flow().name.value);
            places.push(format!("- `{product}` in flow `{flow}`: {}", self::listed(names.into_iter())));
        }
    }
    let priority = program.policies[id].priority;
    if places.is_empty() {
        return format!("priority {priority}\n\nmatches nothing");
    }
    format!("priority {priority}\n\n{}", places.join("\n"))
}

fn copies(program: &Program, id: crate::program::TemplateId) -> String {
    let content = &program.templates[id].content;
    let lines = content.copies.iter().map(|copy| {
        let paths = copy.paths.iter().map(|path| format!("`{}`", path.text())).collect::<Vec<_>>().join(", ");
        let file = &copy.file.value;
        if paths.is_empty() { format!("- `{file}`") } else { format!("- `{file}` at {paths}") }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::marked;
    use super::*;

    const PROGRAM: &str = "environment dev, qa\nenvironment eu, us { kind production; label tier = gold }\n\
        group regions = eu, us\nworkflow smoke { needs APP_NAME; takes 2m..5m; run \"x\" }\n\
        window office { timezone \"Europe/London\"; open mon..fri 09:00..17:00 }\n\
        policy careful { for kind production; soak 30m; action pull-request; window office }\n\
        template helm { copy \"values.yaml\" at $.a, $.b }\n\
        flow main { trigger dev; promote qa; promote regions after qa { post-action smoke } }\n\
        product shop { template helm; application shop-{environment} in dev, qa, regions { path \"{environment}\" }; flow main }\n";

    fn text(marked_program: &str) -> String {
        let (analysed, file, offset) = marked(marked_program);
        hover(&analysed, file, offset, Instant::DEFAULT_START).unwrap().text
    }

    #[test]
    fn a_target_shows_its_settings_and_where_they_come_from() {
        let of_qa = text(&PROGRAM.replace("promote qa;", "promote q|a;"));
        assert_eq!(of_qa, "**environment** `qa`\n\nnon-production\n\n**In `shop`**\n\n- action `commit` (default)");
        let of_eu = text(&PROGRAM.replace("promote regions after", "promote e|u, us after"));
        assert!(of_eu.contains("labels `tier = gold`  \nin groups `regions`"), "{of_eu}");
        assert!(
            of_eu.contains("- action `pull-request` from policy `careful`\n- post-action `smoke` from the flow"),
            "{of_eu}"
        );
        assert!(of_eu.contains("- soak `30m` from policy `careful`"), "{of_eu}");
    }

    #[test]
    fn a_window_shows_its_next_openings() {
        let office = text(&PROGRAM.replace("window office {", "window off|ice {"));
        let expected = "**window** `office`\n\nopen now, closes Mon 17:00 Europe/London  \n\
            opens Tue 09:00 Europe/London, closes Tue 17:00 Europe/London  \n\
            opens Wed 09:00 Europe/London, closes Wed 17:00 Europe/London";
        assert_eq!(office, expected);
    }

    #[test]
    fn every_kind_of_declaration_has_a_hover() {
        let shown = |from: &str, to: &str| text(&PROGRAM.replacen(from, to, 1));
        assert_eq!(shown("group regions", "group |regions"), "**group** `regions`\n\n2 environments: `eu`, `us`");
        assert_eq!(
            shown("workflow smoke", "workflow |smoke"),
            "**workflow** `smoke`\n\nneeds `APP_NAME`  \ntakes 2m to 5m"
        );
        assert!(shown("flow main {", "flow |main {").contains("from `dev` to `qa`, `eu`, `us`  \nproducts `shop`"));
        assert!(shown("product shop", "product |shop").contains("4 applications in `dev`, `qa`, `eu`, `us`"));
        assert!(shown("policy careful", "policy |careful").contains("- `shop` in flow `main`: `eu`, `us`"));
        assert!(shown("template helm {", "template |helm {").contains("- `values.yaml` at `$.a`, `$.b`"));
        assert!(shown("needs APP_NAME", "needs |APP_NAME").contains("provided by promoc"));
    }
}
