//! Flattens a tree to one line for each statement, to count the statements that another tree lacks.

use crate::syntax::ast::*;
use std::fmt::Debug;

/// The debug text of a value without its spans.
pub(super) fn plain(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("Span { file: #") {
        out.push_str(before);
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    out + rest
}

/// One line for each statement of a tree. A block is its head and its statements.
pub(super) fn facts(tree: &Tree) -> Vec<String> {
    let mut out = Vec::new();
    tree.items.iter().for_each(|item| self::item(item, &mut out));
    out.retain(|fact| !fact.ends_with("None") && !fact.ends_with("[]"));
    out
}

fn item(item: &Item, out: &mut Vec<String>) {
    let mut say = |what: &str, value: &dyn Debug| out.push(format!("{what} {}", plain(&value)));
    match item {
        Item::Import(import) => say("import", &import.path),
        Item::Environment(decl) => {
            say("environment", &decl.names);
            say("kind", &decl.kind);
            say("description", &decl.description);
        }
        Item::Group(decl) => say("group", &(&decl.name, &decl.members)),
        Item::Workflow(decl) => {
            say("workflow", &decl.name);
            say("description", &decl.description);
            say("version", &decl.version);
            say("needs", &decl.needs);
            say("gives", &decl.gives);
            say("image", &decl.image);
            say("body", &decl.body);
            say("service-account", &decl.service_account);
            say("timeout", &decl.timeout);
            say("retry", &decl.retry);
            say("idempotent", &decl.idempotent.map(|_| ()));
            say("takes", &decl.takes);
            say("fails", &decl.fails);
        }
        Item::Template(decl) => {
            say("template", &decl.name);
            say("version", &decl.content.version);
            decl.content.copies.iter().for_each(|copy| say("copy", copy));
        }
        Item::Policy(decl) => {
            say("policy", &decl.name);
            say("priority", &decl.priority);
            say("for product", &decl.products);
            say("for environment", &decl.environments);
            say("for kind", &decl.kinds);
            say("pre-action", &decl.pre_action);
            say("action", &decl.action);
            say("post-action", &decl.post_action);
            say("rollback-action", &decl.rollback_action);
            gates(&decl.gates, &mut say);
        }
        Item::Window(decl) => {
            say("window", &decl.name);
            say("timezone", &decl.timezone);
            decl.openings.iter().for_each(|opening| say("opening", opening));
        }
        Item::Product(decl) => product(decl, &mut say),
        Item::Flow(decl) => {
            say("flow", &decl.name);
            say("description", &decl.description);
            say("version", &decl.version);
            say("timeout", &decl.timeout);
            say("bake", &decl.bake);
            for trigger in &decl.triggers {
                say("trigger", &trigger.environment);
                say("post-action", &trigger.post_action);
            }
            for promote in &decl.promotes {
                say("promote", &(&promote.targets, &promote.where_present, &promote.waves, &promote.after));
                say("pre-action", &promote.pre_action);
                say("action", &promote.action);
                say("post-action", &promote.post_action);
                say("rollback-action", &promote.rollback_action);
                say("retry", &promote.retry);
                gates(&promote.gates, &mut say);
            }
            decl.rollbacks.iter().for_each(|rollback| say("rollback", rollback));
            decl.nevers.iter().for_each(|never| say("never", never));
            decl.hooks.iter().for_each(|hook| say("on", hook));
        }
        Item::Scenario(decl) => {
            say("scenario", &decl.name);
            decl.releases.iter().for_each(|release| say("release", release));
            decl.givens.iter().for_each(|given| say("given", given));
            decl.expectations.iter().for_each(|expectation| say("expect", expectation));
        }
    }
}

fn gates(gates: &Gates, say: &mut impl FnMut(&str, &dyn Debug)) {
    gates.hooks.iter().for_each(|hook| say("on", hook));
    gates.windows.iter().for_each(|window| say("window", window));
    gates.approvals.iter().for_each(|approval| say("approval", approval));
    say("soak", &gates.soak);
    say("timeout", &gates.timeout);
}

fn product(decl: &ProductDecl, say: &mut impl FnMut(&str, &dyn Debug)) {
    say("product", &decl.name);
    say("description", &decl.description);
    decl.labels.iter().for_each(|label| say("label", label));
    say("template", &decl.template);
    say("version", &decl.content.version);
    decl.content.copies.iter().for_each(|copy| say("copy", copy));
    say("repo", &decl.repo);
    say("branch", &decl.branch);
    say("namespace", &decl.namespace);
    say("runtime", &decl.runtime);
    for application in &decl.applications {
        say("application", &(&application.name, &application.environments));
        say("repo", &application.repo);
        say("branch", &application.branch);
        say("path", &application.path);
        say("namespace", &application.namespace);
        say("runtime", &application.runtime);
        application.labels.iter().for_each(|label| say("label", label));
        for source in &application.sources {
            say("source", &source.name);
            say("repo", &source.repo);
            say("branch", &source.branch);
            say("path", &source.path);
        }
    }
    decl.flows.iter().for_each(|flow| say("flow", flow));
    say("concurrency", &decl.concurrency);
}

/// The number of statements in `before` that are not in `after`.
pub(super) fn lost(before: &[String], after: &[String]) -> usize {
    let mut left: Vec<&String> = after.iter().collect();
    let mut lost = 0;
    for fact in before {
        match left.iter().position(|other| *other == fact) {
            Some(at) => drop(left.swap_remove(at)),
            None => lost += 1,
        }
    }
    lost
}
