#!/usr/bin/env python3
"""Records the output of every command, to compare two versions of promoc.

    tests/outputs.py [--only=TEXT] PROMOC DIRECTORY [CASES…]

Before and after a change that must not affect users, record into a new DIRECTORY each, with the same CASES (files or folders
with more programs, searched recursively). Then run `diff -r BEFORE AFTER`. This takes about three minutes with a debug build;
`--only` records what has TEXT in its name, such as `run/` or `examples/worldwide`.

DIRECTORY gets one file for each call (the command, its exit code, standard output, and standard error) and a folder with
the files that it wrote. The programs are those of `examples`, `tests/fixtures`, `tests/compile`, `tests/rules`, and CASES: a
`.promo` file, a folder with `main.promo`, or a folder with `want.json`, whose steps run on its `repo`. Temporary paths
become `<dir>`. In real releases, commits, instants, and everything else that depends on the clock are replaced, too.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

LIMIT_S = 120
PROJECT = pathlib.Path(__file__).resolve().parent.parent
WHO = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in {"NAME": "Ada", "EMAIL": "ada@example.com", "DATE": "2026-11-02T09:00:00Z"}.items()
}


class Sandbox:
    """A temporary folder in which commands run one after another, and the folder for their output."""

    def __init__(self, promoc, answers, runs=False, sort=False):
        """`runs`: releases really run; `sort`: in parallel, so that the order of their lines varies."""
        self.promoc, self.answers, self.runs, self.sort = promoc, answers, runs, sort
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="promoc-outputs-")).resolve()
        self.dir, self.home = self.root / "work", self.root / "home"
        self.commits = {}
        for folder in (self.dir, self.home, answers):
            folder.mkdir(parents=True)
        self.environment = {
            "PATH": os.environ.get("PATH", ""), "HOME": str(self.home), "TMPDIR": str(self.root), "LC_ALL": "C.UTF-8",
            "TZ": "UTC", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **WHO,
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root, ignore_errors=True)

    def same(self, data):
        """Replaces everything that differs from one recording to the next."""
        data = data.replace(str(self.dir).encode(), b"<dir>").replace(str(self.root).encode(), b"<tmp>")
        if not self.runs:
            return data
        text = data.decode("utf-8", "surrogateescape")
        text = re.sub(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z", "<instant>", text)
        text = re.sub(r"(?m)^\d\d:\d\d:\d\d(?=  )", "<clock>", text)
        text = re.sub(r"\bprocess \d+ on `[^`]*`", "process <pid>", text)
        text = re.sub(r"(?<![0-9A-Za-z])([0-9a-f]{10})([0-9a-f]{30})?(?![0-9A-Za-z])", self.commit, text)
        return text.encode("utf-8", "surrogateescape")

    def commit(self, match):
        """Numbers commits in order of appearance, whether abbreviated or in full."""
        number = self.commits.setdefault(match[1], len(self.commits) + 1)
        return f"<commit-{number}>" if match[2] is None else f"<commit-{number}-in-full>"

    def lines(self, data):
        return b"\n".join(sorted(data.split(b"\n"))) if self.sort else data

    def write(self, name, data):
        path = self.answers / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def call(self, name, *arguments, environment=None):
        """Calls promoc, records its output, and returns the exit code and standard output."""
        try:
            done = subprocess.run(
                [self.promoc, *map(str, arguments)], cwd=self.dir, env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
            )
            code, out, err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            code, out, err = "none: it did not end", b"", b""
        self.answer(name, arguments, code, out, err)
        return code, out

    def answer(self, name, arguments, code, out, err):
        head = f"$ promoc {' '.join(map(str, arguments))}\nexit {code}\n--- standard output\n"
        out = self.same(out)
        # progress of parallel work is on standard error
        self.write(f"{name}.txt", self.same(head.encode()) + out + b"--- standard error\n" + self.lines(self.same(err)))

    def git(self, *arguments, cwd=None):
        return subprocess.run(
            ["git", *map(str, arguments)], cwd=cwd or self.dir, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, check=True, timeout=LIMIT_S,
        ).stdout

    def deploy(self, tree, shape=None):
        """Creates the bare repository `deploy.git` with the contents of a folder."""
        work = self.dir / "tree"
        shutil.copytree(tree, work, symlinks=True)
        self.git("init", "-q", "-b", "main", ".", cwd=work)
        self.git("config", "core.autocrlf", "false", cwd=work)
        self.git("add", "-A", "-f", cwd=work)
        self.git("commit", "-q", "-m", "first", cwd=work)
        if shape is not None and shape.exists():
            subprocess.run(["sh", shape], cwd=work, env=self.environment, capture_output=True, check=True, timeout=LIMIT_S)
        self.git("clone", "-q", "--bare", "tree", "deploy.git")
        shutil.rmtree(work)

    def record_history(self, name, repository="deploy.git"):
        """Records all commits of the main branch with their diffs."""
        form = "commit %H%nauthor %an <%ae>%ncommitter %cn <%ce>%n%n%B"
        log = self.git("--git-dir", repository, "log", "--reverse", "-p", "--no-color", "--raw", f"--format={form}", "main")
        self.write(f"{name}.log", self.same(log))

    def record_files(self, name, before=None):
        """Records the files that are new or have changed, except bare repositories and the contents of locks."""
        for path in sorted(self.dir.rglob("*")):
            inside = path.relative_to(self.dir)
            if path.is_dir() or any(part.endswith(".git") for part in inside.parts):
                continue
            if path.is_symlink():
                data = b"link to " + os.fsencode(os.readlink(path))
            else:
                data = b"" if path.suffix == ".lock" else path.read_bytes()
            if before is None or before.get(inside) != data:
                self.write(f"{name}/{self.same(str(inside).encode()).decode()}", self.same(data))

    def files(self):
        paths = (path for path in self.dir.rglob("*") if path.is_file())
        return {path.relative_to(self.dir): path.read_bytes() for path in paths}

    def record_ledger(self, name, ledger=".promo/state.git"):
        """Records each ref of the ledger with the files of its commits."""
        if not (self.dir / ledger).is_dir():
            return
        git = ("--git-dir", ledger)
        for ref in self.git(*git, "for-each-ref", "--format=%(refname)").decode().split():
            folder = f"{name}/{self.same(ref.encode()).decode()}"
            commits = self.git(*git, "rev-list", "--reverse", ref).decode().split()
            if self.sort:
                # the order in which parallel work ends varies
                self.write(f"{folder}/commits", f"{len(commits)}\n".encode())
            batches = []
            for number, commit in enumerate(commits):
                about = self.git(*git, "show", "-s", "--format=%an <%ae>%n%cn <%ce>%n%B", commit)
                if not self.sort:
                    self.write(f"{folder}/{number:04}/message", about)
                for line in self.git(*git, "ls-tree", "-r", "-z", commit).split(b"\0"):
                    if not line:
                        continue
                    about, _, path = line.partition(b"\t")
                    blob = self.same(self.git(*git, "cat-file", "blob", about.split()[2].decode()))
                    path = self.same(path).decode()
                    if self.sort and path.startswith("batch"):
                        batches.append(re.sub(rb'"seq":\d+', b'"seq":0', blob))
                    else:
                        self.write(f"{folder}/{number:04}/{path}", blob)
            if self.sort:
                self.write(f"{folder}/entries", self.lines(b"".join(batches)))


def names(sandbox, label, *words):
    """The names that shell completion offers."""
    _, out = sandbox.call(f"complete/{label}", "__complete", *words, "")
    found = [line.split("\t")[0] for line in out.decode().splitlines()]
    return [name for name in found if re.fullmatch(r"[a-z0-9][-a-z0-9]*", name)]


def scenarios(text):
    """The name, product, and flow of each scenario with a release."""
    for part in re.split(r"(?m)^(?=scenario\s)", text):
        name = re.match(r"scenario\s+([-a-z0-9]+)", part)
        release = re.search(r"(?m)^\s*release\s+([-a-z0-9]+)\s+via\s+([-a-z0-9]+)", part)
        if name and release:
            yield name[1], release[1], release[2]


def program(sandbox, source, thorough):
    """Runs every command that reads, and those that write files, on a program: a file or a folder with `main.promo`."""
    def fresh():
        shutil.rmtree(sandbox.dir)
        if source.is_dir():
            shutil.copytree(source, sandbox.dir)
            shutil.rmtree(sandbox.dir / "repo", ignore_errors=True)
        else:
            sandbox.dir.mkdir()
            shutil.copy(source, sandbox.dir / source.name)
        for path in sandbox.dir.rglob("*"):
            path.chmod(path.stat().st_mode | 0o200)
        return sandbox.files()

    def written(name, *arguments):
        before = fresh()
        sandbox.call(name, *arguments)
        sandbox.record_files(f"{name}.files", before)

    file = "main.promo" if source.is_dir() else source.name
    text = (source / file if source.is_dir() else source).read_text("utf-8", "replace")
    written("fmt", "fmt", ".")
    written("check-fix", "check", "--fix", ".")
    fresh()
    sandbox.call("fmt-check", "fmt", "--check", ".")
    code, _ = sandbox.call("check", "check", ".")
    for form in ("json", "sarif", "github"):
        sandbox.call(f"check-{form}", "check", "--format", form, file)
    sandbox.call("check-deny", "check", "--deny", "warnings", "--format", "json", ".")
    sandbox.call("check-narrated", "check", file, environment={"NO_GRAPHICS": "1"})
    on = ("--project", file)
    flows, products = names(sandbox, "flows", "graph", *on), names(sandbox, "products", "policy", *on)
    environments = names(sandbox, "environments", "policy", *on, "p")
    is_right = code == 0
    if not is_right:
        flows, products, environments = flows[:1], products[:1], environments[:1]
    for form in ("human", "json", "junit") if is_right else ("human",):
        sandbox.call(f"test-{form}", "test", "--format", form, file)
    written("compile", "compile", file, "--target", "codefresh", "--out", "out")
    written("compile-lossy", "compile", file, "--allow-loss", "--out", "out")
    fresh()
    if thorough:
        sandbox.call("compile-stream", "compile", file, "--allow-loss")
    most = 60 if thorough else 6
    limit = "20000" if thorough else "4000"
    pairs = [(flow, product) for flow in flows for product in products][:most]
    for flow in flows[:most]:
        for form in ("text", "mermaid", "dot", "svg"):
            sandbox.call(f"graph/{flow}-{form}", "graph", flow, "--format", form, *on)
        for form in ("human", "json") if is_right else ("human",):
            sandbox.call(f"verify/{flow}-{form}", "verify", flow, "--format", form, "--limit", limit, *on)
    for flow, product in pairs:
        of, name = (flow, "--product", product, *on), f"{flow}-{product}"
        sandbox.call(f"simulate/{name}", "simulate", *of, "--events")
        sandbox.call(f"preview/{name}", "preview", *of)
        if not is_right:
            continue
        sandbox.call(f"graph/{name}", "graph", *of)
        sandbox.call(f"verify/{name}-two", "verify", *of, "--releases", "2", "--limit", limit)
        sandbox.call(f"simulate/{name}-json", "simulate", *of, "--format", "json", "--at", "2026-03-28T21:30:00Z")
        sandbox.call(f"simulate/{name}-runs", "simulate", *of, "--runs", "200", "--seed", "7")
        sandbox.call(f"simulate/{name}-runs-json", "simulate", *of, "--runs", "20", "--format", "json")
        sandbox.call(f"preview/{name}-json", "preview", *of, "--format", "json")
        before = sandbox.files()
        sandbox.call(f"simulate/{name}-report", "simulate", *of, "--report", "report.html")
        sandbox.record_files(f"simulate/{name}-report.files", before)
    for number, (scenario, product, flow) in enumerate(list(scenarios(text))[:most] if is_right else ()):
        of = (flow, "--product", product, "--scenario", scenario, *on)
        sandbox.call(f"simulate/scenario-{scenario}-json", "simulate", *of, "--format", "json")
        if thorough or number == 0:
            sandbox.call(f"simulate/scenario-{scenario}", "simulate", *of)
            sandbox.call(f"simulate/scenario-{scenario}-report", "simulate", *of, "--report", "report.html")
            sandbox.record_files(f"simulate/scenario-{scenario}-report.files", sandbox.files() | before)
    for product, environment in [(p, e) for p in products for e in environments][:most]:
        for form in ("human", "json") if is_right else ("human",):
            sandbox.call(f"policy/{product}-{environment}-{form}", "policy", product, environment, "--format", form, *on)
    if is_right and products and len(environments) > 1:
        between = (products[0], "--from", environments[0], "--to", environments[1])
        sandbox.call("preview/between", "preview", *between, *on)
        for flow in flows[:2]:
            sandbox.call(f"policy/by-{flow}", "policy", products[0], environments[1], "--flow", flow, *on)


def edit(sandbox, case):
    """Runs the steps of `want.json` on a repository and records what promotions change."""
    for entry in case.iterdir():
        if entry.name not in ("repo", "want", "want.json", "shape.sh"):
            (shutil.copytree if entry.is_dir() else shutil.copy)(entry, sandbox.dir / entry.name)
    if (case / "repo").is_dir():
        sandbox.deploy(case / "repo", case / "shape.sh")
    for path in sandbox.dir.iterdir():
        if path.name != "deploy.git":
            path.chmod(path.stat().st_mode | 0o200)
    for number, step in enumerate(json.loads((case / "want.json").read_text("utf-8"))["steps"], 1):
        sandbox.call(f"{number}-{step['run'][0]}", *step["run"])
    _, out = sandbox.call("releases", "releases", "--format", "json")
    shown(sandbox, out)
    if (sandbox.dir / "deploy.git").is_dir():
        sandbox.record_history("deploy")
    sandbox.record_files("files")
    sandbox.record_ledger("ledger")


def shown(sandbox, listed):
    """Runs `release` for each release in the output of `releases --format json`."""
    try:
        ids = [release["id"] for release in json.loads(listed)["releases"]]
    except ValueError:
        return
    for number, release in enumerate(ids, 1):
        sandbox.call(f"release-{number}", "release", release)
        sandbox.call(f"release-{number}-json", "release", release, "--format", "json")


def left(sandbox, name):
    """Records everything that releases leave behind."""
    sandbox.call(f"{name}/releases", "releases")
    _, out = sandbox.call(f"{name}/releases-json", "releases", "--format", "json")
    shown(sandbox, out)
    sandbox.record_history(f"{name}/deploy")
    sandbox.record_ledger(f"{name}/ledger")
    sandbox.record_files(f"{name}/files")


def demo(sandbox, example):
    sandbox.call("demo", "demo", ".", "--example", example)
    sandbox.call("demo-again", "demo", ".")
    flow = names(sandbox, "flows", "run")[0]
    sandbox.call("run-again", "run", flow, "--format", "json")
    sandbox.call("promote", "promote", "demo-trioapp", "--from", "dev", "--to", "qa")
    sandbox.call("promote-by-option", "promote", "demo-trioapp", "--from", "qa", "--to", "prod", "--post-action", "none")
    sandbox.call("preview-json", "preview", flow, "--format", "json")
    sandbox.call("preview-between", "preview", "demo-trioapp", "--from", "dev", "--to", "prod")
    sandbox.call("resume", "resume")
    sandbox.call("resume-json", "resume", "--format", "json")
    sandbox.call("doctor", "doctor")
    sandbox.call("complete-id", "__complete", "release", "")
    sandbox.call("releases-of", "releases", "--product", "demo-trioapp")
    left(sandbox, "left")


SHOP = """\
environment dev, qa, staging, prod

workflow prepare { needs ENVIRONMENT, VERSION, RELEASE_ID; gives TICKET; run \"\"\"
  echo "prepare $ENVIRONMENT $VERSION"
  echo "T-$ENVIRONMENT" > "$PROMO_GIVES/TICKET"
  \"\"\"
}
workflow smoke { needs APP_NAME, TICKET = "none"; idempotent; run \"\"\"
  echo "smoke $APP_NAME $TICKET $SMOKE_TOKEN"
  test ! -e broken-$APP_NAME
  \"\"\"
}
workflow patient { run "until test -e go; do sleep 0.02; done; echo went" }
workflow tell { needs ERROR_MESSAGE = "nothing"; idempotent; run "echo told of: $ERROR_MESSAGE" }

window far { timezone "Europe/London"; open 2099-01-05 09:00..17:00 }

template values {
  version from "values.yaml" at $.image.tag
  copy "values.yaml" at $.image.tag
}

product shop {
  template values
  repo "./deploy.git"
  branch main
  application shop-{environment} in dev, qa, staging, prod { path "envs/{environment}" }
  flow ship by hand
  flow slow by hand
  flow never by hand
  flow held by hand
}

flow ship {
  trigger dev
  promote qa after dev { pre-action prepare; post-action smoke; soak 1s; on success tell }
  promote staging after qa { pre-action prepare; post-action smoke; on failure tell }
  promote prod after staging { post-action smoke }
  on failure tell
}
flow slow { trigger dev; promote qa after dev { pre-action patient; post-action smoke } }
flow never { timeout 40000d; trigger dev; promote qa after dev { window far } }
flow held { trigger dev; promote qa after dev { approval release-managers } }
"""


def shop(sandbox, toml=""):
    """Creates a project with a repository of four environments."""
    tree = sandbox.root / "tree"
    for name in ("dev", "qa", "staging", "prod"):
        folder = tree / "envs" / name
        folder.mkdir(parents=True)
        tag = "2.0" if name == "dev" else "1.0"
        (folder / "values.yaml").write_text(f'# of {name}\nimage:\n  tag: "{tag}"  # see releases\nreplicas: 2\n')
    sandbox.deploy(tree)
    (sandbox.dir / "main.promo").write_text(SHOP)
    (sandbox.dir / "promo.toml").write_text('[author]\nname = "Release Bot"\nemail = "bot@example.com"\n' + toml)


def succeeds(sandbox):
    shop(sandbox, '[release]\nurl = "https://releases.example.com/{id}"\n')
    sandbox.call("check", "check")
    sandbox.call("preview", "preview", "ship", "--format", "json")
    sandbox.call("run", "run", "ship", environment={"SMOKE_TOKEN": "hush-hush-hush"})
    sandbox.call("run-again", "run", "ship")
    sandbox.call("promote", "promote", "shop", "--from", "dev", "--to", "prod", "--pre-action", "prepare", "--format", "json")
    sandbox.call("promote-nothing", "promote", "shop", "--from", "dev", "--to", "qa", "--action", "none")
    sandbox.call("promote-wrong", "promote", "shop", "--from", "dev", "--to", "qa", "--action", "merge")
    sandbox.call("promote-itself", "promote", "shop", "--from", "dev", "--to", "dev")
    sandbox.call("promote-request", "promote", "shop", "--from", "dev", "--to", "qa", "--action", "pull-request")
    sandbox.call("run-held", "run", "held")
    sandbox.call("release-none", "release", "ship-0000000000")
    sandbox.call("resume-none", "resume", "ship-0000000000")
    left(sandbox, "left")


def fails(sandbox):
    shop(sandbox)
    (sandbox.dir / "broken-shop-staging").touch()
    sandbox.call("run", "run", "ship")
    sandbox.call("run-again-json", "run", "ship", "--format", "json")
    sandbox.call("resume", "resume")
    left(sandbox, "left")
    (sandbox.dir / "broken-shop-staging").unlink()
    sandbox.call("run-mended", "run", "ship")
    left(sandbox, "mended")


HEALTH = """
[health]
provider = "command"
command = ["sh", "-c", "echo looked at $APP_NAME; test ! -e sick-$APP_NAME"]
interval = "1s"
timeout = "3s"
grace.degraded = "1s"
"""


def is_unhealthy(sandbox):
    shop(sandbox, HEALTH)
    (sandbox.dir / "sick-shop-staging").touch()
    sandbox.call("doctor", "doctor")
    sandbox.call("run", "run", "ship")
    left(sandbox, "left")


def is_in_trouble(sandbox):
    """A healthy application degrades while the next environment is running."""
    shop(sandbox, HEALTH)
    poison = 'workflow poison { run """\n  touch sick-shop-qa\n  sleep 6\n  """\n}\n'
    program = SHOP.replace("staging after qa { pre-action prepare", "staging after qa { pre-action poison")
    (sandbox.dir / "main.promo").write_text(program + poison)
    sandbox.call("run", "run", "ship")
    left(sandbox, "left")


def begun(sandbox, flow, needle):
    """Starts a run, waits until its standard error has `needle`, and returns both the process and that file."""
    told = sandbox.root / f"{flow}.err"
    with open(told, "wb") as err:
        run = subprocess.Popen(
            [sandbox.promoc, "run", flow], cwd=sandbox.dir, env=sandbox.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=err,
        )
    until = time.monotonic() + LIMIT_S
    while needle not in told.read_text() and run.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    return run, told


def is_interrupted(sandbox):
    shop(sandbox)
    run, told = begun(sandbox, "never", "window far")
    sandbox.call("run-beside", "run", "ship")
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=LIMIT_S)
    sandbox.answer("run", ("run", "never"), run.returncode, out, told.read_bytes())
    sandbox.call("run-again", "run", "ship")
    sandbox.call("resume-none", "resume", "ship-0000000000")
    left(sandbox, "left")


def is_killed(sandbox):
    shop(sandbox)
    run, told = begun(sandbox, "slow", "runs patient")
    effects = sandbox.dir / ".promo" / "run"
    until = time.monotonic() + LIMIT_S
    while not list(effects.glob("*.claim/pid")) and time.monotonic() < until:
        time.sleep(0.02)
    run.kill()
    out, _ = run.communicate(timeout=LIMIT_S)
    sandbox.answer("run", ("run", "slow"), run.returncode, out, told.read_bytes())
    sandbox.call("releases", "releases")
    (sandbox.dir / "go").touch()
    sandbox.call("resume", "resume")
    left(sandbox, "left")


def is_refused(sandbox):
    """Runs that cannot begin, and invalid settings."""
    shop(sandbox)
    good = (sandbox.dir / "promo.toml").read_text()
    for name, toml in {
        "unknown-key": "[helth]\nprovider = \"none\"\n", "wrong-kind": "[health]\nprovider = 3\n",
        "no-toml": "[health\n", "remote-ledger": "[ledger]\nrepo = \"https://git.example.com/x.git\"\n",
        "program": "program = \"other.promo\"\n",
    }.items():
        (sandbox.dir / "promo.toml").write_text(toml)
        for command in (("releases",), ("run", "ship"), ("doctor",), ("check",)):
            sandbox.call(f"{name}/{command[0]}", *command)
    (sandbox.dir / "promo.toml").write_text(good)
    text = (sandbox.dir / "main.promo").read_text()
    for name, changed in {
        "error": text + "\nflow broken { promote nowhere }\n", "syntax": text + "\nflw broken {\n",
        "rollback": text.replace("on failure tell\n}\nflow slow", "on failure tell\n  rollback qa when prod fails\n}\nflow slow"),
        "no-repository": text.replace("./deploy.git", "./nowhere.git"),
        "no-branch": text.replace("branch main", "branch trunk"),
        "remote": text.replace("./deploy.git", "https://git.example.com/acme/deploy.git"),
        "no-file": text.replace('copy "values.yaml"', 'copy "value.yaml"'),
        "no-key": text.replace("copy \"values.yaml\" at $.image.tag", "copy \"values.yaml\" at $.image.tga"),
    }.items():
        (sandbox.dir / "main.promo").write_text(changed)
        for command in (("run", "ship"), ("preview", "ship"), ("doctor",)):
            sandbox.call(f"{name}/{command[0]}", *command)
    sandbox.record_files("files")


def about(sandbox):
    """Everything that needs no program: help, codes, completions, an empty folder, and invalid calls."""
    sandbox.call("version", "--version")
    sandbox.call("nothing")
    _, out = sandbox.call("help", "--help")
    commands = re.findall(r"(?m)^  ([a-z]+)  ", out.decode())
    for command in commands:
        sandbox.call(f"help/{command}", command, "--help")
        sandbox.call(f"wrong/{command}-option", command, "--wrnog")
        sandbox.call(f"wrong/{command}-missing", command, "nowhere", "nowhere", "nowhere")
        sandbox.call(f"complete/{command}-options", "__complete", command, "--")
        sandbox.call(f"complete/{command}", "__complete", command, "")
    _, out = sandbox.call("explain", "explain")
    for code in re.findall(r"(?m)^([EW]\d{4})", out.decode()):
        sandbox.call(f"explain/{code}", "explain", code)
    sandbox.call("explain/small", "explain", "e0101")
    sandbox.call("explain/none", "explain", "E9999")
    for shell in ("bash", "zsh", "fish", "tcsh"):
        sandbox.call(f"completions/{shell}", "completions", shell)
    for number, words in enumerate((
        (), ("",), ("s",), ("--",), ("check", "--format", ""), ("check", "--format="), ("check", "--format", "=", ""),
        ("compile", "--target", ""), ("promote", "x", "--action", ""), ("unknown", ""),
    )):
        sandbox.call(f"complete/{number}", "__complete", *words)
    sandbox.call("wrong/command", "chekc")
    for name, arguments in {
        "check": ("check",), "fmt": ("fmt",), "test": ("test",), "compile": ("compile",), "doctor": ("doctor",),
        "releases": ("releases",), "release": ("release", "x-1"), "resume": ("resume",), "graph": ("graph", "main"),
    }.items():
        sandbox.call(f"empty/{name}", *arguments)
    sandbox.call("init", "init")
    sandbox.call("init-again", "init")
    sandbox.record_files("init.files")
    for command in ("check", "test", "doctor", "releases"):
        sandbox.call(f"init-then/{command}", command)
    sandbox.call("init-elsewhere", "init", "new/folder")
    sandbox.call("init-in-file", "init", "main.promo")


def wrong(sandbox):
    """Unreadable files, and folders with several programs or with imported ones."""
    write = lambda path, text: ((sandbox.dir / path).parent.mkdir(parents=True, exist_ok=True), (sandbox.dir / path).write_bytes(text))
    good = (PROJECT / "examples" / "sequential" / "main.promo").read_bytes()
    write("one/main.promo", good)
    write("two/main.promo", good.replace(b"sequential", b"second") + b"\nflw x\n")
    write("two/other.promo", b"environment dev\n")
    write("several/a.promo", good)
    write("several/b.promo", b"import \"a.promo\"\nenvironment more\n")
    write("several/c.promo", b"environment dev, dev\n")
    write("several/.hidden/d.promo", b"environment dev, dev\n")
    write("several/target/e.promo", b"environment dev, dev\n")
    write("circle/a.promo", b"import \"b.promo\"\nenvironment dev\n")
    write("circle/b.promo", b"import \"a.promo\"\nenvironment qa\n")
    write("latin.promo", b"environment d\xe9v\n")
    write("empty.promo", b"")
    write("bom.promo", b"\xef\xbb\xbf" + good.replace(b"\n", b"\r\n"))
    write("nul.promo", b"environment dev\0\n")
    write("deep.promo", b"flow x " + b"{ " * 3000)
    write("escape.promo", b"environment \x1b[31mdev\n")
    write("text.txt", b"environment dev\n")
    (sandbox.dir / "nothing").mkdir()
    (sandbox.dir / "link.promo").symlink_to("one/main.promo")
    (sandbox.dir / "dangling.promo").symlink_to("nowhere.promo")
    paths = [
        "one", "two", "two/main.promo", "several", "several/a.promo", "several/b.promo", "circle", "latin.promo", "empty.promo",
        "bom.promo", "nul.promo", "deep.promo", "escape.promo", "text.txt", "nothing", "link.promo", "dangling.promo", "nowhere", ".",
    ]
    for path in paths:
        label = path.replace("/", "+") if path != "." else "all"
        sandbox.call(f"{label}/check", "check", path)
        sandbox.call(f"{label}/check-json", "check", "--format", "json", path)
        sandbox.call(f"{label}/fmt-check", "fmt", "--check", path)
        sandbox.call(f"{label}/test", "test", path)
        sandbox.call(f"{label}/compile", "compile", path, "--allow-loss")
        sandbox.call(f"{label}/graph", "graph", "sequential", "--project", path)
        sandbox.call(f"{label}/simulate", "simulate", "sequential", "--project", path)
        sandbox.call(f"{label}/complete", "__complete", "graph", "--project", path, "")
        sandbox.call(f"{label}/doctor", "doctor", "--project", path)
        sandbox.call(f"{label}/releases", "releases", "--project", path)
    sandbox.call("twice/check", "check", "one", "two", "one/main.promo")
    sandbox.call("twice/test", "test", "one", "several/a.promo", "--filter", "x")
    on = ("--project", "one")
    for number, arguments in enumerate((
        ("graph", "sequentail", *on), ("simulate", "sequential", "--product", "shop", *on), ("policy", "x", "qa", *on),
        ("policy", "demo-trioapp", "qaa", *on), ("simulate", "sequential", "--at", "today", *on), ("simulate", "sequential", "--runs", "0", *on),
        ("simulate", "sequential", "--scenario", "none", *on), ("compile", "one", "--target", "codefrsh"), ("verify", "sequential", "--limit", "3", *on),
        ("verify", "sequential", "--releases", "3", *on), ("verify", "sequential", "--failures", "0", "--retries", "0", *on),
        ("verify", "sequential", "--failures", "2", *on), ("preview", "demo-trioapp", "--from", "dev", *on), ("preview", "nothing", *on),
        ("simulate", "sequential", "--seed", "1", *on), ("simulate", "sequential", "--report", "nowhere/x.html", *on), ("test", "one", "--filter", "zzz"),
        ("compile", "one", "--out", "one/main.promo"), ("fmt", "--check", "one", "nowhere"), ("check", "--fix", "two"), ("check", "--deny", "errors"),
    )):
        sandbox.call(f"calls/{number:02}-{arguments[0]}", *arguments)
    sandbox.call("fmt/all", "fmt", ".")
    sandbox.record_files("files")


def found(path, label):
    """The programs below a path, with a name for each."""
    if (path / "want.json").is_file():
        yield label, path, edit
    elif (path / "main.promo").is_file() or path.suffix == ".promo":
        yield label, path, program
    elif path.is_dir():
        for below in sorted(path.iterdir()):
            yield from found(below, f"{label}/{below.name}")


def jobs(cases):
    """The jobs: a name, the function that records it, and the options of its sandbox. The slowest come first."""
    for example in ("quickstart", "parallel", "sequential", "policies", "dependencies"):
        yield f"demo/{example}", lambda sandbox, example=example: demo(sandbox, example), {"runs": True, "sort": True}
    for what in (is_in_trouble, is_unhealthy, is_killed, is_interrupted, fails, succeeds):
        yield f"run/{what.__name__}", what, {"runs": True}
    yield "run/is_refused", is_refused, {}
    yield "about", about, {}
    yield "wrong", wrong, {}
    for folder in ("examples", "tests/fixtures", "tests/compile", "tests/rules"):
        for label, path, _ in found(PROJECT / folder, folder):
            yield label, lambda sandbox, path=path, all=folder == "examples": program(sandbox, path, all), {}
    for number, path in enumerate(cases, 1):
        for label, path, what in found(path, f"cases-{number}"):
            if what is edit:
                yield label, lambda sandbox, path=path: edit(sandbox, path), {"runs": True}
            yield f"{label}{'/program' if what is edit else ''}", lambda sandbox, path=path: program(sandbox, path, False), {}


def main():
    arguments = sys.argv[1:]
    only = arguments.pop(0).removeprefix("--only=") if arguments and arguments[0].startswith("--only=") else ""
    if len(arguments) < 2 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    answers, cases = pathlib.Path(arguments[1]).resolve(), [pathlib.Path(path).resolve() for path in arguments[2:]]
    if answers.exists() and any(answers.iterdir()):
        print(f"{answers} is not empty", file=sys.stderr)
        return 2
    missing = [path for path in cases if not path.exists()]
    if missing:
        print(f"{missing[0]} does not exist", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="promoc-outputs-") as folder:
        # without the language server beside it, which is not always built
        promoc = shutil.copy(arguments[0], pathlib.Path(folder) / "promoc")

        def record(job):
            name, what, kind = job
            began = time.monotonic()
            with Sandbox(promoc, answers / name, **kind) as sandbox:
                what(sandbox)
            return name, time.monotonic() - began

        with ThreadPoolExecutor(max_workers=2) as pool:
            took = list(pool.map(record, (job for job in jobs(cases) if only in job[0])))
    calls = sum(1 for _ in answers.rglob("*.txt"))
    slowest = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in sorted(took, key=lambda one: -one[1])[:3])
    print(f"{calls} calls in {len(took)} sandboxes; the slowest: {slowest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
