//! From what the user names to a checked program: a file, a folder, or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Failure, Out};
use crate::check::{Analysed, Checked};
use crate::diagnostic::{Diagnostic, Severity, count};
use crate::program::{Files, FlowId, LoadError, ProductId, Program, roots};
use crate::run::{self, DiskFiles, ProjectRoot, RunError, plain};
use crate::source::SourceMap;

/// A program on the disk, read and judged.
pub(super) struct Project {
    /// Root, settings, files and meaning.
    pub(super) inner: run::Project,
    /// The files, named as seen from the working directory.
    pub(super) sources: SourceMap,
}

impl Project {
    /// The program of `path`: a `.promo` file, or a folder with `promo.toml`, `main.promo` or a single root.
    pub(super) fn open(path: &Path) -> Result<Project, Failure> {
        exists(path)?;
        let inner = run::Project::open(path).map_err(failure)?;
        let folder = shown(&inner.root.path);
        Ok(Project::of(inner, &folder))
    }

    /// A program whose root is shown as `folder`.
    fn of(inner: run::Project, folder: &str) -> Project {
        let sources = inner.analysed.sources().under(folder);
        Project { inner, sources }
    }

    /// The program, which exists even where it has errors.
    pub(super) fn program(&self) -> &Program {
        self.inner.analysed.program()
    }

    /// Everything that is said of it, in order.
    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        self.inner.analysed.diagnostics()
    }

    /// Every program of a folder, or that of a file.
    pub(super) fn open_all(path: &Path) -> Result<Vec<Project>, Failure> {
        Project::open_each(path, |project| project)
    }

    /// Every program of a folder, or that of a file; of each what `keep` leaves of it.
    fn open_each(path: &Path, keep: fn(Project) -> Project) -> Result<Vec<Project>, Failure> {
        if !exists(path)?.is_dir() {
            return Ok(vec![keep(Project::open(path)?)]);
        }
        let mut programs = BTreeMap::new();
        let files = promo_files(path)?;
        let folder_of = |file: &'_ PathBuf| match file.parent() {
            Some(folder) if folder != Path::new("") => folder.to_path_buf(),
            _ => PathBuf::from("."),
        };
        for folder in &files.iter().map(folder_of).collect::<BTreeSet<_>>() {
            let root = ProjectRoot::find(folder).map_err(failure)?;
            let files = root.files().map_err(failure)?;
            let inside = folder.canonicalize().map_err(|error| cannot_read(folder, &error))?;
            let all: Vec<String> = promo_files(&inside)?.iter().map(|file| relative(file, &root.path)).collect();
            let files = ReadFiles { read: read_all(&files, &all), files };
            let project = Arc::new(Known { shown: shown(&root.path), root, files });
            for program in roots(&project.files, &all) {
                programs.insert(project.root.path.join(&program), (Arc::clone(&project), program));
            }
        }
        let programs: Vec<Found> = programs.into_iter().collect();
        side_by_side(&programs, |found| Project::open_found(found).map(keep)).into_iter().collect()
    }

    /// Without its meaning where there is nothing to say of it: a thousand right programs need the room of one.
    fn verdict(mut self) -> Project {
        if self.diagnostics().is_empty() {
            self.inner.analysed = Analysed::default();
            self.sources = SourceMap::default();
        }
        self
    }

    /// The program at a path, whose project is known unless the path is a link.
    fn open_found((path, (known, file)): &Found) -> Result<Project, Failure> {
        if path.is_symlink() {
            return Project::open(path);
        }
        let read = run::Project::read(known.root.clone(), &known.files, file.clone());
        read.map(|inner| Project::of(inner, &known.shown)).map_err(failure)
    }

    /// The program without errors; they are shown where there are some.
    pub(super) fn checked(&self, out: &mut Out) -> Result<Checked<'_>, Failure> {
        self.inner.analysed.checked().ok_or_else(|| {
            let is_error = |diagnostic: &&Diagnostic| diagnostic.code.severity() == Severity::Error;
            let wrong: Vec<Diagnostic> = self.diagnostics().iter().filter(is_error).cloned().collect();
            out.diagnostics(&wrong, &self.sources);
            let them = match count(self.diagnostics()).0 {
                1 => "an error".to_string(),
                errors => format!("{errors} errors"),
            };
            Failure::no(format!("the program has {them}"))
                .help("Correct what is underlined above; `promoc check` says the same.")
        })
    }

    /// The flow of that name.
    pub(super) fn flow(&self, name: &str) -> Result<FlowId, Failure> {
        self.program().flow(name).map_err(|unknown| Failure::new(unknown.message))
    }

    /// The product of that name; without one, the only product that lists the flow.
    pub(super) fn product(&self, name: Option<&str>, flow: FlowId) -> Result<ProductId, Failure> {
        let program = self.program();
        let name_of = |id: &ProductId| program.products[*id].name.value.as_str();
        let flow_name = &program.flows[flow].name.value;
        let lists = |id: &ProductId| program.products[*id].flows.iter().any(|listed| listed.flow == flow);
        let listing: Vec<ProductId> = program.products.ids().filter(lists).collect();
        let names = listing.iter().map(name_of).collect::<Vec<_>>().join(", ");
        match (name, listing.as_slice()) {
            (Some(name), _) => {
                let product = program.product(name).map_err(|unknown| Failure::new(unknown.message))?;
                if listing.contains(&product) {
                    return Ok(product);
                }
                let failure = Failure::new(format!("the product `{name}` does not list the flow `{flow_name}`"));
                Err(failure.help(format!("Write `flow {flow_name} by hand` into it, so that people may start it.")))
            }
            (None, [only]) => Ok(*only),
            (None, []) => Err(Failure::new(format!("no product lists the flow `{flow_name}`"))
                .help(format!("Write `flow {flow_name}` into a product."))),
            (None, _) => {
                Err(Failure::new(format!("several products list this flow: {names}"))
                    .help("Name one with `--product`."))
            }
        }
    }

    /// What the run room says, with the statement that is to blame.
    pub(super) fn failed(&self, error: RunError, out: &mut Out) -> Failure {
        if let Some(span) = error.span() {
            let file = self.sources.file(span.file);
            let at = file.lines.position(&file.text, span.start);
            let line = self.sources.text(span).lines().next().unwrap_or_default().trim_end().to_string();
            out.note(&format!("{}:{}:{}: {line}", file.path, at.line, at.column));
        }
        failure(error)
    }
}

/// Every program that the paths name, and what is wrong with it; those that are right without their meaning.
pub(super) fn verdicts(paths: &[PathBuf]) -> Result<Vec<Project>, Failure> {
    let mut projects = Vec::new();
    for path in paths {
        projects.extend(Project::open_each(path, Project::verdict)?);
    }
    Ok(projects)
}

/// What the programs of a folder share.
struct Known {
    root: ProjectRoot,
    files: ReadFiles,
    /// The root as seen from the working directory.
    shown: String,
}

/// The path of a program, its project, and its file there.
type Found = (PathBuf, (Arc<Known>, String));

/// Files of which some have been read: who imports whom was looked for in them, and they are read only once.
struct ReadFiles {
    files: DiskFiles,
    read: BTreeMap<String, Result<String, LoadError>>,
}

impl Files for ReadFiles {
    fn read(&self, path: &str) -> Result<String, LoadError> {
        self.read.get(path).cloned().unwrap_or_else(|| self.files.read(path))
    }

    fn candidates(&self) -> Vec<String> {
        self.files.candidates()
    }
}

fn read_all(files: &DiskFiles, paths: &[String]) -> BTreeMap<String, Result<String, LoadError>> {
    side_by_side(paths, |path| (path.clone(), files.read(path))).into_iter().collect()
}

/// Does one thing with each, in order, on as many threads as the machine runs at once.
fn side_by_side<T: Sync, R: Send>(all: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = all.len().div_ceil(threads).max(FEW);
    let each = &|share: &[T]| -> Vec<R> { share.iter().map(&one).collect() };
    std::thread::scope(|scope| {
        let mut shares = all.chunks(share);
        let own = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|share| (share, scope.spawn(move || each(share)))).collect();
        let mut done = each(own);
        for (share, thread) in others {
            done.extend(thread.join().unwrap_or_else(|_| each(share)));
        }
        done
    })
}

/// So few programs are opened before a thread is worth its while.
const FEW: usize = 8;

/// What the run room says, as the command line says it.
pub(super) fn failure(error: RunError) -> Failure {
    let (mut message, mut help) = (error.to_string(), error.help().to_string());
    match &error {
        RunError::NotEnded { id } => message.push_str(&format!("; go on with `promoc resume {id}`")),
        RunError::UnknownRelease { near: Some(near), .. } => help = format!("Did you mean `{near}`?"),
        RunError::UnknownRelease { near: None, .. } => help = "`promoc releases` lists them.".to_string(),
        _ => {}
    }
    let failure = if error.exit_code() == 1 { Failure::no(message) } else { Failure::new(message) };
    if help.is_empty() { failure } else { failure.help(help) }
}

fn exists(path: &Path) -> Result<std::fs::Metadata, Failure> {
    std::fs::metadata(path)
        .map_err(|error| cannot_read(path, &error).help("Name a `.promo` file, or a folder that holds one."))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be read: {}", path.display(), plain(error)))
}

/// The `.promo` files that a path names: itself, or those under it.
pub(super) fn promo_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !exists(path)?.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    // a folder that was named must be readable; what lies below it need not be the user's
    std::fs::read_dir(path).map_err(|error| cannot_read(path, &error))?;
    walk(path, &mut found);
    if found.is_empty() {
        let failure = Failure::new(format!("there is no `.promo` file in `{}`", path.display()));
        return Err(failure.help("`promoc init` makes a first one."));
    }
    Ok(found)
}

/// Every `.promo` file below; hidden folders, links and `target` left out, what cannot be read passed over.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    // what kind a path is of, links followed, and without asking for each file anew
    let kind = |entry: std::fs::DirEntry| {
        let (path, kind) = (entry.path(), entry.file_type().ok()?);
        let is_folder = if kind.is_symlink() { path.is_dir() } else { kind.is_dir() };
        Some((path, kind.is_symlink(), is_folder))
    };
    let mut paths: Vec<_> = entries.filter_map(|entry| kind(entry.ok()?)).collect();
    paths.sort();
    for (path, is_link, is_folder) in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if is_link && is_folder || name.starts_with('.') || name == "target" || name == "node_modules" {
            continue;
        }
        if is_folder {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "promo") {
            found.push(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
        }
    }
}

fn relative(path: &Path, root: &Path) -> String {
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A folder as seen from the working directory: empty where it is the working directory itself, absolute where it is
/// far away.
fn shown(folder: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let common = here.ancestors().enumerate().find(|(_, ancestor)| folder.starts_with(ancestor));
    match common {
        Some((up, ancestor)) if up <= 3 => {
            let parts = std::iter::repeat_n("..".to_string(), up).chain(Some(relative(folder, ancestor)));
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
        }
        _ => folder.to_string_lossy().into_owned(),
    }
}
