//! Where the manifests of an application are, and whether another application has its manifests there too.

use super::model::{Application, Program, Source};
use crate::source::SourceMap;

/// A directory on a branch of a repository. Equal places have equal fields, however the program spells them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourcePlace {
    /// The repository.
    pub repository: String,
    /// The branch; `None` for the default branch.
    pub branch: Option<String>,
    /// The directory, without `/` at either end.
    pub path: String,
}

impl Source {
    /// A repository is compared without a trailing `.git` or `/`, with its host in lowercase; a path is resolved from its
    /// file.
    pub(crate) fn place(&self, sources: &SourceMap) -> SourcePlace {
        SourcePlace { repository: repository(sources, self), branch: self.branch.clone(), path: self.path.clone() }
    }
}

impl Program {
    /// Whether another application uses the directory of this source too.
    pub(crate) fn shares_directory(&self, sources: &SourceMap, application: &Application, source: &Source) -> bool {
        let applications = self.products.values().flat_map(|product| product.applications.values());
        let others = applications.filter(|other| !std::ptr::eq(*other, application));
        let beside = others.flat_map(|other| &other.sources).filter(|other| other.path == source.path);
        // The path is compared first, because it is cheap and few applications have the same.
        let place = source.place(sources);
        beside.map(|other| other.place(sources)).any(|other| other == place)
    }
}

fn repository(sources: &SourceMap, source: &Source) -> String {
    let repo = source.repo.trim_end_matches('/');
    let repo = repo.strip_suffix(".git").unwrap_or(repo).trim_end_matches('/');
    if !repo.starts_with('.') {
        return match repo.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                format!("{}://{}/{path}", scheme.to_lowercase(), host.to_lowercase())
            }
            None => repo.to_owned(),
        };
    }
    let file = &sources.file(source.repo_span.file).path;
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(repo.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
