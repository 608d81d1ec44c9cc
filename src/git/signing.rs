//! Signed commits. Git makes them, because it knows each format (`gpg.format`), its programs and its keys.
//!
//! `git commit-tree -S` writes the commit as an object only. A kill leaves at most an object that nothing refers to.

use std::path::Path;
use std::process::Command;

use git2::Oid;

use super::{Author, CommitId, Error, Result, program, references};

/// The content of a commit.
pub(super) struct CommitContent<'a> {
    pub tree: Oid,
    pub parent: &'a CommitId,
    pub author: &'a Author,
    pub message: &'a str,
    /// When it is made, in seconds since 1970; shown in UTC.
    pub seconds: i64,
}

/// Makes a signed commit, as an object.
pub(super) fn commit(repository: &git2::Repository, content: &CommitContent<'_>) -> Result<Oid> {
    let id = run(repository, &mut program::git(repository), content)?;
    let made = repository.find_commit(id).map_err(|error| Error::git("read a commit", repository.path(), &error))?;
    if made.tree_id() == content.tree && made.parent_id(0).is_ok_and(|parent| parent.to_string() == content.parent.0) {
        return Ok(id);
    }
    Err(refused(repository, "`git commit-tree` made another commit than it was told to"))
}

/// Makes a signed commit in a folder that is removed again, to find out whether that is possible.
pub(super) fn try_out(repository: &git2::Repository, content: &CommitContent<'_>) -> Result<()> {
    let folder = tempfile::tempdir().map_err(|error| Error::system("sign a commit", repository.path(), &error))?;
    let mut git = program::git(repository);
    git.env("GIT_OBJECT_DIRECTORY", folder.path());
    git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", quoted(&repository.commondir().join("objects")));
    run(repository, &mut git, content).map(drop)
}

/// A path in a list whose separator may be in the path.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\""))
}

fn run(repository: &git2::Repository, git: &mut Command, content: &CommitContent<'_>) -> Result<Oid> {
    let CommitContent { tree, parent, author, message, seconds } = content;
    git.args(["commit-tree", "-S", "-F", "-", "-p", &parent.0, &tree.to_string()]);
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), &author.name);
        git.env(format!("GIT_{who}_EMAIL"), &author.email);
        git.env(format!("GIT_{who}_DATE"), format!("@{seconds} +0000"));
    }
    match program::output_of(git, message) {
        Ok(id) => references::parse(repository.path(), id.trim()),
        Err(program::Fault::NotStarted(reason) | program::Fault::Refused(reason)) => Err(refused(repository, &reason)),
    }
}

fn refused(repository: &git2::Repository, reason: &str) -> Error {
    Error::Unsigned { path: repository.path().components().collect(), reason: reason.to_owned() }
}
