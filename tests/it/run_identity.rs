//! Releases are told apart wherever they meet: two products in one repository, two checkouts on one ledger.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::common::{self, Fixture, Repo, program};
use promoc::Project;
use promoc::ledger::entry::LedgerEntry;
use promoc::ledger::{Appended, Created, Owner, Store};
use promoc::project::ProjectRoot;
use promoc::release::Status;
use promoc::run::{self, Boundary, Ended, RunError, RunOptions};
use promoc::syntax::literal::Instant;

/// Two products that use the same flow, and whose applications have the same names.
const PRODUCTS: &str = r#"
environment dev, qa
template values { version from "values.yaml" at $.tag; copy "values.yaml" at $.tag }
product shop { template values; repo "./deploy.git"; branch main; namespace shop; application app-{environment} in dev, qa { path "shop/{environment}" }; flow ship by hand }
product web { template values; repo "./deploy.git"; branch main; namespace web; application app-{environment} in dev, qa { path "web/{environment}" }; flow ship by hand }
workflow mark { needs PRODUCT_NAME, ENVIRONMENT = "release", RELEASE_URL; run """
  echo "$PRODUCT_NAME $ENVIRONMENT $PROMO_EFFECT_ID" >> marks
  echo "$RELEASE_URL" >> urls
  """
}
flow ship { trigger dev; promote qa { on start mark; pre-action mark }; on start mark }
"#;

struct Monorepo {
    folder: tempfile::TempDir,
    repo: Repo,
}

impl Monorepo {
    fn new() -> Monorepo {
        let folder = tempfile::tempdir().unwrap();
        let repo = Repo::new(&folder.path().join("deploy.git"));
        let all = ["shop/dev", "shop/qa", "web/dev", "web/qa"].map(|path| format!("{path}/values.yaml"));
        let files = |names: &[String], text: &'static [u8]| {
            let files: Vec<(&str, Option<&[u8]>)> = names.iter().map(|name| (name.as_str(), Some(text))).collect();
            repo.commit(&files, "commit\n");
        };
        files(&all, b"tag: 1.0\n");
        files(&[all[0].clone(), all[2].clone()], b"tag: 2.0\n");
        std::fs::write(folder.path().join("main.promo"), PRODUCTS).unwrap();
        let url = "[release]\nurl = \"https://x/{product}/{id}\"\n";
        std::fs::write(folder.path().join("promo.toml"), url).unwrap();
        Monorepo { folder, repo }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn tags(&self) -> [String; 2] {
        ["shop", "web"].map(|product| self.repo.read(&format!("{product}/qa/values.yaml")).unwrap())
    }

    fn marks(&self) -> Vec<String> {
        let mut marks: Vec<String> = lines(&self.path().join("marks"));
        marks.sort();
        marks
    }
}

fn run_one(root: &Path, product: &str, options: RunOptions) -> Result<Ended, RunError> {
    common::run(&Project::open(root).unwrap(), product, "ship", &mut run::Silent, options)
}

fn resume(root: &Path, id: Option<&str>) -> Result<Vec<Ended>, RunError> {
    run::resume(&ProjectRoot::find(root).unwrap(), id, &mut run::Silent, RunOptions::default())
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// The exit code of a command, and what it printed.
fn promoc(root: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_promoc")).args(arguments).current_dir(root).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// The marks of a product in a release that nothing disturbs.
fn expected(product: &str, id: &str) -> [String; 3] {
    [
        format!("{product} qa {product}/{id}/1/qa/-/on-start"),
        format!("{product} qa {product}/{id}/1/qa/app-qa/pre-action"),
        format!("{product} release {product}/{id}/1/-/-/on-start"),
    ]
}

#[test]
fn two_products_that_one_commit_triggers_adopt_nothing_of_each_other() {
    let monorepo = Monorepo::new();
    let path = monorepo.path();
    let mut options = RunOptions::default();
    // While the hooks of `web` have run and its commit is about to be made, `shop` does everything.
    let inner = path.clone();
    options.on_boundary = Some(Box::new(move |boundary| {
        if matches!(&boundary, Boundary::BeforePerform(effect) if effect.ends_with("/qa/app-qa/action")) {
            assert_eq!(run_one(&inner, "shop", RunOptions::default()).unwrap().status, Status::Succeeded);
        }
    }));
    let web = run_one(&path, "web", options).unwrap();
    assert_eq!(web.status, Status::Succeeded);
    assert_eq!(monorepo.tags(), ["tag: 2.0\n", "tag: 2.0\n"]);
    let id = &web.id;
    for product in ["shop", "web"] {
        let effect = format!("Promo-Effect: {product}/{id}/1/qa/app-qa/action");
        assert_eq!(monorepo.repo.with_trailer(&effect), 1, "{product}");
        assert_eq!(monorepo.repo.with_trailer(&format!("Promo-Release: {product}/{id}")), 1, "{product}");
        assert!(path.join(format!(".promo/logs/{product}/{id}/1/qa/app-qa/pre-action.log")).exists());
        assert!(lines(&path.join("urls")).contains(&format!("https://x/{product}/{id}")));
    }
    assert_eq!(monorepo.marks(), [expected("shop", id), expected("web", id)].concat(), "each hook ran once");
}

#[test]
fn a_product_does_not_take_the_hooks_of_another_one_whose_runner_died() {
    for stage in ["/-/-/on-start", "/qa/-/on-start", "/qa/app-qa/pre-action", "/qa/app-qa/action"] {
        let monorepo = Monorepo::new();
        let path = monorepo.path();
        common::dies_at(
            move |boundary| matches!(boundary, Boundary::AfterPerform(effect) if effect.ends_with(stage)),
            |options| drop(run_one(&path, "shop", options)),
        );
        let web = run_one(&path, "web", RunOptions::default()).unwrap();
        assert_eq!(web.status, Status::Succeeded, "{stage}");
        let shop = resume(&path, Some(&format!("shop/{}", web.id))).unwrap().remove(0);
        assert_eq!((shop.product.as_str(), &shop.id, shop.status), ("shop", &web.id, Status::Succeeded), "{stage}");
        assert_eq!(monorepo.tags(), ["tag: 2.0\n", "tag: 2.0\n"], "{stage}");
        assert_eq!(monorepo.marks(), [expected("shop", &web.id), expected("web", &web.id)].concat(), "{stage}");
    }
}

#[test]
fn an_id_that_two_products_have_is_named_with_its_product() {
    let monorepo = Monorepo::new();
    let path = monorepo.path();
    let shop = run_one(&path, "shop", RunOptions::default()).unwrap();
    let id = shop.id.clone();
    assert_eq!((shop.name.as_str(), shop.product.as_str()), (id.as_str(), "shop"), "it is the only one so far");
    assert_eq!(promoc(&path, &["release", &id]).0, Some(0));

    common::dies_at(|boundary| *boundary == Boundary::AfterAppend, |options| drop(run_one(&path, "web", options)));
    let error = run_one(&path, "web", RunOptions::default()).unwrap_err();
    assert_eq!(error, RunError::NotEnded { id: format!("web/{id}") });
    let (code, said) = promoc(&path, &["run", "ship", "--product", "web"]);
    assert!(said.contains(&format!("to continue, run `promoc resume web/{id}`")), "{said}");
    assert_eq!(code, Some(1));

    let both = vec![format!("shop/{id}"), format!("web/{id}")];
    let home = ProjectRoot::find(&path).unwrap();
    let error = run::release(&home, &id).unwrap_err();
    assert_eq!(error, RunError::AmbiguousRelease { id: id.clone(), all: both.clone() });
    for command in ["release", "resume"] {
        let (code, said) = promoc(&path, &[command, &id]);
        assert_eq!(code, Some(2), "{said}");
        assert!(both.iter().all(|one| said.contains(&format!("`{one}`"))), "{said}");
        let (code, said) = promoc(&path, &[command, &format!("wbe/{id}")]);
        assert_eq!(code, Some(2));
        assert!(said.contains(&format!("no release with ID `wbe/{id}`")), "{said}");
        assert!(said.contains(&format!("Did you mean `web/{id}`?")), "{said}");
    }
    let (code, said) = promoc(&path, &["resume", &format!("web/{id}")]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("release web/{id} resumed\n")), "{said}");
    assert!(said.contains(&format!("for details, run `promoc release web/{id}`")), "{said}");
    let view = run::release(&home, &format!("web/{id}")).unwrap();
    assert_eq!((view.release.product.as_str(), view.release.status), ("web", Status::Succeeded));
    assert_eq!(promoc(&path, &["release", &format!("shop/{id}")]).0, Some(0));
}

/// Two checkouts of one project, whose ledger and marks are elsewhere.
struct Checkouts {
    fixture: Fixture,
    other: tempfile::TempDir,
}

/// `hook` and `once` must not run twice. All wait until `go` exists, or the folder with it is gone.
const WORKFLOWS: &str = r#"
workflow hook { run "echo hook >> SHARED/marks; while test -e SHARED/main.promo -a ! -e SHARED/go; do sleep 0.02; done" }
workflow once { run "echo once >> SHARED/marks; while test -e SHARED/main.promo -a ! -e SHARED/go; do sleep 0.02; done" }
workflow often { idempotent; run "echo often >> SHARED/marks; while test -e SHARED/main.promo -a ! -e SHARED/go; do sleep 0.02; done" }
"#;

impl Checkouts {
    fn new(flow: &str) -> Checkouts {
        let text = program("dev, qa", &format!("{WORKFLOWS}{flow}"));
        let fixture = Fixture::new(&text, &["dev", "qa"]);
        let other = tempfile::tempdir().unwrap();
        let shared = fixture.path().to_str().unwrap();
        let text = text.replace("SHARED", shared).replace("./deploy.git", &format!("{shared}/deploy.git"));
        for checkout in [fixture.path(), other.path()] {
            std::fs::write(checkout.join("main.promo"), &text).unwrap();
            let settings = format!("[ledger]\nrepo = \"{shared}/ledger.git\"\n");
            std::fs::write(checkout.join("promo.toml"), settings).unwrap();
        }
        Checkouts { fixture, other }
    }

    fn here(&self) -> &Path {
        self.fixture.path()
    }

    fn there(&self) -> &Path {
        self.other.path()
    }

    /// Starts a release here, with a runner that dies.
    fn dies(&self, here: impl FnMut(&Boundary) -> bool + 'static) {
        common::dies_at(here, |options| drop(run_one(self.here(), "shop", options)));
    }

    /// Waits until a workflow has written this many lines.
    fn meet(&self, lines: usize) {
        while self.fixture.marks().len() < lines {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    fn go(&self) {
        std::fs::write(self.here().join("go"), "").unwrap();
    }

    /// Resumes the release in a checkout; returns its status and issues.
    fn resume(&self, checkout: &Path) -> (Status, Vec<String>) {
        let ended = resume(checkout, None).unwrap().remove(0);
        (ended.status, self.fixture.release(&ended.id).issues)
    }

    /// The issue that names the claims of a checkout.
    fn in_doubt(&self, checkout: &Path) -> (Status, Vec<String>) {
        let run = checkout.canonicalize().unwrap().join(".promo/run");
        let issue = format!(
            "qa: once: it may have run; retry when sure (its files were in `{}` on `{}`, which cannot be seen from here)",
            run.display(),
            Owner::this().host
        );
        (Status::Failed, vec![issue])
    }
}

fn after_perform(end: &'static str) -> impl FnMut(&Boundary) -> bool + 'static {
    move |boundary| matches!(boundary, Boundary::AfterPerform(effect) if effect.ends_with(end))
}

#[test]
fn a_workflow_that_may_run_in_another_checkout_is_not_started_again() {
    let checkouts = Checkouts::new("flow ship { trigger dev; promote qa { pre-action once } }");
    checkouts.dies(after_perform("/pre-action"));
    checkouts.meet(1);
    // It ends in the first checkout, which the second one cannot see either. If it were started again, it would end, too.
    checkouts.go();
    assert_eq!(checkouts.resume(checkouts.there()), checkouts.in_doubt(checkouts.here()));
    assert_eq!(checkouts.fixture.marks(), ["once"]);
    assert_eq!(checkouts.fixture.tag("qa"), "\"1.0\"");
}

#[test]
fn a_workflow_that_may_not_have_started_in_another_checkout_counts_as_lost() {
    let checkouts = Checkouts::new("flow ship { trigger dev; promote qa { pre-action once } }");
    checkouts.go();
    checkouts.dies(|boundary| matches!(boundary, Boundary::BeforePerform(effect) if effect.ends_with("/pre-action")));
    assert_eq!(checkouts.resume(checkouts.there()), checkouts.in_doubt(checkouts.here()));
    assert_eq!(checkouts.fixture.marks(), [] as [&str; 0]);
}

#[test]
fn the_checkout_with_the_claim_knows_that_a_workflow_has_not_started() {
    let checkouts = Checkouts::new("flow ship { trigger dev; promote qa { pre-action once } }");
    checkouts.go();
    checkouts.dies(|boundary| matches!(boundary, Boundary::BeforePerform(effect) if effect.ends_with("/pre-action")));
    assert_eq!(checkouts.resume(checkouts.here()), (Status::Succeeded, vec![]));
    assert_eq!(checkouts.fixture.marks(), ["once"]);
}

#[test]
fn a_run_directory_that_was_removed_has_lost_its_claims() {
    let checkouts = Checkouts::new("flow ship { trigger dev; promote qa { pre-action once } }");
    checkouts.go();
    checkouts.dies(after_perform("/pre-action"));
    checkouts.meet(1);
    // The wrapper may still write to the directory that is being removed.
    let run = checkouts.here().join(".promo/run");
    while std::fs::remove_dir_all(&run).is_err() || run.exists() {}
    assert_eq!(checkouts.resume(checkouts.here()), checkouts.in_doubt(checkouts.here()));
    assert_eq!(checkouts.fixture.marks(), ["once"]);
}

#[test]
fn an_idempotent_workflow_is_started_again_in_another_checkout() {
    let checkouts = Checkouts::new("flow ship { trigger dev; promote qa { pre-action often } }");
    checkouts.dies(after_perform("/pre-action"));
    checkouts.meet(1);
    checkouts.go();
    assert_eq!(checkouts.resume(checkouts.there()), (Status::Succeeded, vec![]));
    assert_eq!(checkouts.fixture.marks(), ["often", "often"]);
    assert_eq!(checkouts.fixture.tag("qa"), "\"2.0\"");
}

/// Asks the run to stop once it waits for something that runs, and lets that end.
struct Interrupting<'a>(&'a Checkouts, Arc<AtomicBool>);

impl run::Observer for Interrupting<'_> {
    fn begins(&mut self, _: &str, _: bool) {}
    fn entry(&mut self, _: &LedgerEntry) {}
    fn waiting(&mut self, running: &[String], _: Option<Instant>) {
        if !running.is_empty() {
            self.1.store(true, Ordering::SeqCst);
        }
    }
    fn stopping(&mut self, _: &[String]) {
        self.0.go();
    }
}

#[test]
fn a_workflow_that_an_interrupted_runner_left_runs_once_in_whatever_checkout_comes_next() {
    let checkouts = Checkouts::new("flow ship { trigger dev; promote qa { on start hook; pre-action once } }");
    let interrupt = Arc::new(AtomicBool::new(false));
    let mut observer = Interrupting(&checkouts, interrupt.clone());
    let options = RunOptions { interrupt, ..RunOptions::default() };
    let ended = common::run(&Project::open(checkouts.here()).unwrap(), "shop", "ship", &mut observer, options).unwrap();
    assert!(ended.interrupted);
    assert_eq!(checkouts.fixture.marks(), ["hook"]);

    // The other checkout starts it, and its runner dies.
    let there = ProjectRoot::find(checkouts.there()).unwrap();
    common::dies_at(after_perform("/pre-action"), |options| {
        drop(run::resume(&there, None, &mut run::Silent, options));
    });
    checkouts.meet(2);
    // The first checkout does not see that claim, and must not start it again.
    assert_eq!(checkouts.resume(checkouts.here()), checkouts.in_doubt(checkouts.there()));
    assert_eq!(checkouts.fixture.marks(), ["hook", "once"]);
}

#[test]
fn a_release_is_interrupted_only_if_nobody_runs_it_in_any_checkout() {
    let monorepo = Monorepo::new();
    let path = monorepo.path();
    let checkout = tempfile::tempdir().unwrap();
    std::fs::write(checkout.path().join("main.promo"), PRODUCTS).unwrap();
    let ledger = format!("ledger.repo = \"{}\"\n", path.join(".promo/state.git").display());
    std::fs::write(checkout.path().join("promo.toml"), ledger).unwrap();
    let elsewhere = checkout.path().to_owned();
    /// The status and the command of each release, as a script sees them.
    fn listed(root: &Path) -> Vec<(String, Option<String>)> {
        let output = Command::new(env!("CARGO_BIN_EXE_promoc"))
            .args(["releases", "--format", "json"])
            .current_dir(root)
            .output()
            .unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let all = document["releases"].as_array().unwrap().iter();
        all.map(|one| (text(&one["status"]).unwrap(), text(&one["resume"]))).collect()
    }
    let running = ("running".to_owned(), None);
    let dies = |product: &'static str| {
        let (path, elsewhere) = (path.clone(), elsewhere.clone());
        let root = path.clone();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&seen);
        let here = move |boundary: &Boundary| {
            if !matches!(boundary, Boundary::AfterPerform(effect) if effect.ends_with("/qa/app-qa/action")) {
                return false;
            }
            *all.lock().unwrap() = [&path, &elsewhere].map(|root| listed(root)).to_vec();
            true
        };
        common::dies_at(here, |options| drop(run_one(&root, product, options)));
        Arc::into_inner(seen).unwrap().into_inner().unwrap()
    };
    assert_eq!(dies("shop"), [[running.clone()], [running.clone()]]);
    let id = ProjectRoot::find(&path).map(|root| run::releases(&root, None).unwrap().remove(0).id).unwrap();
    for root in [&path, &elsewhere] {
        assert_eq!(listed(root), [("interrupted".to_owned(), Some(format!("promoc resume {id}")))]);
    }
    let (code, text) = promoc(&path, &["release", &id]);
    assert!(text.starts_with(&format!("{id}: shop 2.0 via ship, interrupted\n")), "{text}");
    assert!(text.ends_with(&format!("was interrupted; to continue, run `promoc resume {id}`\n")), "{text}");
    assert_eq!(code, Some(0));

    // A copy of the ledger does not know who uses the original.
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join(".promo")).unwrap();
    let mut clone = Command::new("cp");
    clone.arg("-r").arg(path.join(".promo/state.git")).arg(copy.path().join(".promo/state.git"));
    assert!(clone.status().unwrap().success());
    assert_eq!(listed(copy.path()), std::slice::from_ref(&running));

    let command = |product: &str| ("interrupted".to_owned(), Some(format!("promoc resume {product}/{id}")));
    let while_web_runs = [command("shop"), running];
    assert_eq!(dies("web"), [while_web_runs.clone(), while_web_runs]);
    assert_eq!(listed(&path), [command("shop"), command("web")], "one id, two releases");
    let (_, text) = promoc(&path, &["releases"]);
    assert!(text.contains(&format!("run `promoc resume web/{id}`")), "{text}");
    assert_eq!(resume(&path, None).unwrap().len(), 2);
    assert!(listed(&path).iter().all(|(status, command)| status == "succeeded" && command.is_none()));
}

#[test]
fn open_releases_of_an_older_promoc_that_share_an_id_are_not_resumed_together() {
    let monorepo = Monorepo::new();
    let path = monorepo.path();
    for product in ["shop", "web"] {
        let root = path.clone();
        common::dies_at(
            |boundary| matches!(boundary, Boundary::BeforePerform(_)),
            |options| drop(run_one(&root, product, options)),
        );
    }
    // The same records, as an older promoc would have written them.
    let ledger = path.join(".promo/state.git");
    let store = Store::open(&ledger).unwrap();
    let listed = store.list("refs/promo/releases/").unwrap();
    let records: Vec<_> = listed.iter().map(|(name, _)| (name, store.read(name).unwrap().unwrap())).collect();
    std::fs::remove_dir_all(&ledger).unwrap();
    let store = Store::open(&ledger).unwrap();
    for (name, record) in &records {
        let effect = format!("{}/", name.strip_prefix("refs/promo/releases/").unwrap());
        let files: Vec<_> = record.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let Created::New(mut tip) = store.create(name, &files).unwrap() else { panic!("it is new") };
        for batch in &record.batches {
            let older = String::from_utf8(batch.clone()).unwrap().replace("{\"v\":2", "{\"v\":1");
            let older = older.replace(&effect, effect.split_once('/').unwrap().1);
            let Appended::New(next) = store.append(name, &tip, older.as_bytes()).unwrap() else { panic!("alone") };
            tip = next;
        }
    }
    let id = listed[0].0.rsplit('/').next().unwrap();
    for wanted in [None, Some(id)] {
        let all = vec![format!("shop/{id}"), format!("web/{id}")];
        assert_eq!(resume(&path, wanted).unwrap_err(), RunError::AmbiguousRelease { id: id.to_owned(), all });
    }

    // With the product, one is resumed only where no file can be the other's.
    let (shop, web) = (format!("shop/{id}"), format!("web/{id}"));
    let claim = path.join(format!(".promo/run/{id}+1+qa+-+on-start.1.claim"));
    std::fs::create_dir_all(&claim).unwrap();
    for (id, other) in [(&shop, &web), (&web, &shop)] {
        let error = resume(&path, Some(id)).unwrap_err();
        assert_eq!(error, RunError::SharedSteps { id: id.clone(), other: other.clone() });
    }
    let (code, text) = promoc(&path, &["resume", &shop]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("in another checkout that uses this ledger"), "{text}");
    assert_eq!(monorepo.marks(), [""; 0], "nothing was started");

    // Files of other releases do not matter, nor does another release that has ended.
    std::fs::rename(&claim, path.join(".promo/run/web+other-0+1+qa+-+on-start.1.claim")).unwrap();
    assert_eq!(resume(&path, Some(&shop)).unwrap()[0].status, Status::Succeeded);
    std::fs::create_dir(&claim).unwrap();
    assert_eq!(resume(&path, Some(&web)).unwrap()[0].product, "web");
}
