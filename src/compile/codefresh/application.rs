//! Applications. Codefresh finds them in Argo CD, so none are written, but it cannot promote all of them as a program can.

use std::collections::BTreeSet;

use super::product::path;
use super::{Emitter, cannot, flow};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, FlowId, Product, ProductId, Source};
use crate::source::Span;
use crate::syntax::ast::Action;

/// What is known about the host of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Host {
    GitHub,
    Other(&'static str),
    Unknown,
}

/// Hosts whose pull requests are not those of GitHub.
const OTHERS: [(&str, &str); 9] = [
    ("gitlab.com", "GitLab"),
    ("bitbucket.org", "Bitbucket"),
    ("codeberg.org", "Codeberg"),
    ("gitea.com", "Gitea"),
    ("dev.azure.com", "Azure DevOps"),
    ("visualstudio.com", "Azure DevOps"),
    ("git.sr.ht", "sourcehut"),
    ("amazonaws.com", "AWS CodeCommit"),
    ("gitee.com", "Gitee"),
];

/// Reports applications that Codefresh cannot promote (E0801), and pull requests that it may not open (W0802).
pub(super) fn check(emitter: &mut Emitter<'_>) {
    let mut known = BTreeSet::new();
    for (id, product) in emitter.program.products.iter() {
        several_sources(emitter, product);
        several_in_trigger(emitter, product);
        pull_requests(emitter, id, product, &mut known);
    }
}

/// E0801: `source` means an Argo CD application with several sources.
fn several_sources(emitter: &mut Emitter<'_>, product: &Product) {
    for statement in &product.decl.applications {
        let mut named = statement.sources.iter().filter_map(|source| source.name.as_ref());
        let Some(first) = named.next() else { continue };
        let message = "Codefresh does not promote applications with several sources";
        let help = "Give the application one directory, with `repo` and `path` in place of `source`, or run the flow with `promoc run`.";
        let diagnostic = named.fold(cannot(message, first.span, "one source", help), |diagnostic, other| {
            diagnostic.label(other.span, "another source")
        });
        emitter.out.lose(&path(&product.name.value), diagnostic);
    }
}

/// E0801: Codefresh promotes one application of the trigger environment to all of the target.
fn several_in_trigger(emitter: &mut Emitter<'_>, product: &Product) {
    let program = emitter.program;
    let flows = product.flows.iter().filter_map(|listed| program.flows.find(listed.flow));
    let triggers: BTreeSet<EnvironmentId> =
        flows.filter_map(|flow| flow.trigger).map(|trigger| trigger.value).collect();
    for trigger in triggers {
        let mut there = product.applications_in(trigger).map(|(_, application)| application);
        let (Some(first), Some(second)) = (there.next(), there.next()) else { continue };
        let Some(environment) = program.environments.find(trigger) else { continue };
        let name = &product.name.value;
        let message = format!(
            "`{name}` has {} applications in `{}`, and Codefresh promotes one of them to all applications of the next environment",
            2 + there.count(),
            environment.name.value
        );
        let help = format!("Write a product for each application: `product {name}-2 {{ … }}`.");
        let diagnostic =
            cannot(message, second.span, "another application", &help).label(first.span, "one application");
        emitter.out.lose(&path(name), diagnostic);
    }
}

/// E0801 or W0802 for each pull request outside GitHub, in flows and in promotions by hand; once for each statement and
/// host.
fn pull_requests(emitter: &mut Emitter<'_>, id: ProductId, product: &Product, known: &mut BTreeSet<(Span, Host)>) {
    let program = emitter.program;
    let flows: BTreeSet<FlowId> = product.flows.iter().map(|listed| listed.flow).collect();
    for application in product.applications.values() {
        let by_hand = program.context(Some(id), None, application.environment);
        let in_flows = flows.iter().map(|flow| program.context(Some(id), Some(*flow), application.environment));
        for context in in_flows.filter(|context| context.is_target()).chain([by_hand]) {
            let action = context.settings().action;
            let Some(at) = action.origin.span().filter(|_| action.value == Action::PullRequest) else { continue };
            let flow_name = context.flow().map(|flow| flow.name.value.as_str()).unwrap_or_default();
            let path = emitter.file_of(action.origin, &flow::path(flow_name));
            for source in &application.sources {
                if known.insert((at, host(&source.repo))) {
                    pull_request(emitter, source, at, &path);
                }
            }
        }
    }
}

fn pull_request(emitter: &mut Emitter<'_>, source: &Source, at: Span, path: &str) {
    let label = "repository of the pull request";
    match host(&source.repo) {
        Host::GitHub => {}
        Host::Other(name) => {
            let message = format!("Codefresh opens pull requests only at GitHub, not at {name}");
            let help = "Write `action commit`, or run the flow with `promoc run`.";
            emitter.out.lose(path, cannot(message, at, "a pull request", help).label(source.repo_span, label));
        }
        Host::Unknown => {
            let message = "Codefresh opens pull requests only at GitHub, and this repository may be elsewhere";
            let help = "Nothing to do if it is a GitHub Enterprise server. Otherwise write `action commit`.";
            let diagnostic = Diagnostic::new(Code::W0802, message, at, "a pull request");
            emitter.out.warn(diagnostic.label(source.repo_span, label).help(help));
        }
    }
}

/// The host of `https://host/…`, `ssh://git@host:22/…` or `git@host:…`.
fn host(repo: &str) -> Host {
    let authority = match repo.split_once("://") {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default(),
        None => match repo.split_once(':') {
            Some((authority, _)) if !authority.contains('/') => authority,
            _ => return Host::Unknown,
        },
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is = |name: &str| host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    if is("github.com") || is("ghe.com") {
        return Host::GitHub;
    }
    OTHERS.into_iter().find(|(name, _)| is(name)).map_or(Host::Unknown, |(_, title)| Host::Other(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_its_name() {
        let cases = [
            ("https://github.com/acme/shop.git", Host::GitHub),
            ("git@GitHub.com:acme/shop.git", Host::GitHub),
            ("ssh://git@ssh.github.com:443/acme/shop.git", Host::GitHub),
            ("https://acme.ghe.com/shop.git", Host::GitHub),
            ("https://gitlab.com/acme/shop.git", Host::Other("GitLab")),
            ("https://user:token@bitbucket.org/acme/shop.git", Host::Other("Bitbucket")),
            ("git@ssh.dev.azure.com:v3/acme/shop", Host::Other("Azure DevOps")),
            ("https://notgitlab.com/acme/shop.git", Host::Unknown),
            ("https://github.com.evil.example/acme/shop.git", Host::Unknown),
            ("https://git.example.com/acme/shop.git", Host::Unknown),
            ("./shop.git", Host::Unknown),
            ("/srv/git:hub/shop.git", Host::Unknown),
        ];
        for (repo, wanted) in cases {
            assert_eq!(host(repo), wanted, "{repo}");
        }
    }
}
