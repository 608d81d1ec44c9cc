#!/usr/bin/env python3
"""Records what every command answers, so that two versions of promoc can be compared.

    tests/outputs.py [--only=TEXT] PROMOC DIRECTORY [CASES…]

Record before a change that must not be seen and after it, each into a new DIRECTORY, with the same CASES (files or folders
with further programs, searched all the way down); then `diff -r BEFORE AFTER`. About three minutes with a debug build;
`--only` records what has TEXT in its name, such as `run/` or `examples/worldwide`.

DIRECTORY gets one file for each call (the command, its exit code, standard output and standard error) and a folder for
what it wrote. The programs are those of `examples`, `tests/fixtures`, `tests/compile`, `tests/rules` and CASES: a
`.promo` file, a folder with `main.promo`, or a folder with `want.json`, whose `repo` is promoted as its steps say.
Temporary paths become `<dir>`; where releases really run, so do commits, instants and what else the clock decides.
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


class Room:
    """A temporary folder in which commands are called one after another, and the folder of their answers."""

    def __init__(self, promoc, answers, runs=False, sort=False):
        """`runs`: releases really run here; `sort`: side by side, so that their lines come in any order."""
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
        """Without what differs from one recording to the next."""
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
        """Commits are numbered in order of their appearance, whether they are written in full or not."""
        number = self.commits.setdefault(match[1], len(self.commits) + 1)
        return f"<commit-{number}>" if match[2] is None else f"<commit-{number}-in-full>"

    def lines(self, data):
        return b"\n".join(sorted(data.split(b"\n"))) if self.sort else data

    def write(self, name, data):
        path = self.answers / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def call(self, name, *arguments, environment=None):
        """Calls promoc, writes its answer down, and gives exit code and standard output."""
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
        # what ran side by side is told on standard error
        self.write(f"{name}.txt", self.same(head.encode()) + out + b"--- standard error\n" + self.lines(self.same(err)))

    def git(self, *arguments, cwd=None):
        return subprocess.run(
            ["git", *map(str, arguments)], cwd=cwd or self.dir, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, check=True, timeout=LIMIT_S,
        ).stdout

    def deploy(self, tree, shape=None):
        """Makes the bare repository `deploy.git` of a folder."""
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
        """Every commit of the main branch, in full."""
        form = "commit %H%nauthor %an <%ae>%ncommitter %cn <%ce>%n%n%B"
        log = self.git("--git-dir", repository, "log", "--reverse", "-p", "--no-color", "--raw", f"--format={form}", "main")
        self.write(f"{name}.log", self.same(log))

    def record_files(self, name, before=None):
        """Every file that is below the folder and was not before: bare repositories aside, and locks without content."""
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
        """Every ref of the ledger with the files of each of its commits."""
        if not (self.dir / ledger).is_dir():
            return
        git = ("--git-dir", ledger)
        for ref in self.git(*git, "for-each-ref", "--format=%(refname)").decode().split():
            folder = f"{name}/{self.same(ref.encode()).decode()}"
            commits = self.git(*git, "rev-list", "--reverse", ref).decode().split()
            if self.sort:
                # which of those that run side by side ends first is not always the same
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


def names(room, label, *words):
    """What the shell would complete: names of the program."""
    _, out = room.call(f"complete/{label}", "__complete", *words, "")
    found = [line.split("\t")[0] for line in out.decode().splitlines()]
    return [name for name in found if re.fullmatch(r"[a-z0-9][-a-z0-9]*", name)]


def scenarios(text):
    """Name, product and flow of the scenarios with a release."""
    for part in re.split(r"(?m)^(?=scenario\s)", text):
        name = re.match(r"scenario\s+([-a-z0-9]+)", part)
        release = re.search(r"(?m)^\s*release\s+([-a-z0-9]+)\s+via\s+([-a-z0-9]+)", part)
        if name and release:
            yield name[1], release[1], release[2]


def program(room, source, thorough):
    """Every command that only reads, and those that write files, on one program: a file, or a folder with `main.promo`."""
    def fresh():
        shutil.rmtree(room.dir)
        if source.is_dir():
            shutil.copytree(source, room.dir)
            shutil.rmtree(room.dir / "repo", ignore_errors=True)
        else:
            room.dir.mkdir()
            shutil.copy(source, room.dir / source.name)
        for path in room.dir.rglob("*"):
            path.chmod(path.stat().st_mode | 0o200)
        return room.files()

    def written(name, *arguments):
        before = fresh()
        room.call(name, *arguments)
        room.record_files(f"{name}.files", before)

    file = "main.promo" if source.is_dir() else source.name
    text = (source / file if source.is_dir() else source).read_text("utf-8", "replace")
    written("fmt", "fmt", ".")
    written("check-fix", "check", "--fix", ".")
    fresh()
    room.call("fmt-check", "fmt", "--check", ".")
    code, _ = room.call("check", "check", ".")
    for form in ("json", "sarif", "github"):
        room.call(f"check-{form}", "check", "--format", form, file)
    room.call("check-deny", "check", "--deny", "warnings", "--format", "json", ".")
    room.call("check-narrated", "check", file, environment={"NO_GRAPHICS": "1"})
    on = ("--project", file)
    flows, products = names(room, "flows", "graph", *on), names(room, "products", "policy", *on)
    environments = names(room, "environments", "policy", *on, "p")
    is_right = code == 0
    if not is_right:
        flows, products, environments = flows[:1], products[:1], environments[:1]
    for form in ("human", "json", "junit") if is_right else ("human",):
        room.call(f"test-{form}", "test", "--format", form, file)
    written("compile", "compile", file, "--target", "codefresh", "--out", "out")
    written("compile-lossy", "compile", file, "--allow-loss", "--out", "out")
    fresh()
    if thorough:
        room.call("compile-stream", "compile", file, "--allow-loss")
    most = 60 if thorough else 6
    limit = "20000" if thorough else "4000"
    pairs = [(flow, product) for flow in flows for product in products][:most]
    for flow in flows[:most]:
        for form in ("text", "mermaid", "dot", "svg"):
            room.call(f"graph/{flow}-{form}", "graph", flow, "--format", form, *on)
        for form in ("human", "json") if is_right else ("human",):
            room.call(f"verify/{flow}-{form}", "verify", flow, "--format", form, "--limit", limit, *on)
    for flow, product in pairs:
        of, name = (flow, "--product", product, *on), f"{flow}-{product}"
        room.call(f"simulate/{name}", "simulate", *of, "--events")
        room.call(f"preview/{name}", "preview", *of)
        if not is_right:
            continue
        room.call(f"graph/{name}", "graph", *of)
        room.call(f"verify/{name}-two", "verify", *of, "--releases", "2", "--limit", limit)
        room.call(f"simulate/{name}-json", "simulate", *of, "--format", "json", "--at", "2026-03-28T21:30:00Z")
        room.call(f"simulate/{name}-runs", "simulate", *of, "--runs", "200", "--seed", "7")
        room.call(f"simulate/{name}-runs-json", "simulate", *of, "--runs", "20", "--format", "json")
        room.call(f"preview/{name}-json", "preview", *of, "--format", "json")
        before = room.files()
        room.call(f"simulate/{name}-report", "simulate", *of, "--report", "report.html")
        room.record_files(f"simulate/{name}-report.files", before)
    for number, (scenario, product, flow) in enumerate(list(scenarios(text))[:most] if is_right else ()):
        of = (flow, "--product", product, "--scenario", scenario, *on)
        room.call(f"simulate/scenario-{scenario}-json", "simulate", *of, "--format", "json")
        if thorough or number == 0:
            room.call(f"simulate/scenario-{scenario}", "simulate", *of)
            room.call(f"simulate/scenario-{scenario}-report", "simulate", *of, "--report", "report.html")
            room.record_files(f"simulate/scenario-{scenario}-report.files", room.files() | before)
    for product, environment in [(p, e) for p in products for e in environments][:most]:
        for form in ("human", "json") if is_right else ("human",):
            room.call(f"policy/{product}-{environment}-{form}", "policy", product, environment, "--format", form, *on)
    if is_right and products and len(environments) > 1:
        between = (products[0], "--from", environments[0], "--to", environments[1])
        room.call("preview/between", "preview", *between, *on)
        for flow in flows[:2]:
            room.call(f"policy/by-{flow}", "policy", products[0], environments[1], "--flow", flow, *on)


def edit(room, case):
    """A repository and the steps of `want.json`: what a promotion changes there."""
    for entry in case.iterdir():
        if entry.name not in ("repo", "want", "want.json", "shape.sh"):
            (shutil.copytree if entry.is_dir() else shutil.copy)(entry, room.dir / entry.name)
    if (case / "repo").is_dir():
        room.deploy(case / "repo", case / "shape.sh")
    for path in room.dir.iterdir():
        if path.name != "deploy.git":
            path.chmod(path.stat().st_mode | 0o200)
    for number, step in enumerate(json.loads((case / "want.json").read_text("utf-8"))["steps"], 1):
        room.call(f"{number}-{step['run'][0]}", *step["run"])
    _, out = room.call("releases", "releases", "--format", "json")
    shown(room, out)
    if (room.dir / "deploy.git").is_dir():
        room.record_history("deploy")
    room.record_files("files")
    room.record_ledger("ledger")


def shown(room, listed):
    """`release` for each of those that `releases --format json` lists."""
    try:
        ids = [release["id"] for release in json.loads(listed)["releases"]]
    except ValueError:
        return
    for number, release in enumerate(ids, 1):
        room.call(f"release-{number}", "release", release)
        room.call(f"release-{number}-json", "release", release, "--format", "json")


def left(room, name):
    """What is there after releases ran."""
    room.call(f"{name}/releases", "releases")
    _, out = room.call(f"{name}/releases-json", "releases", "--format", "json")
    shown(room, out)
    room.record_history(f"{name}/deploy")
    room.record_ledger(f"{name}/ledger")
    room.record_files(f"{name}/files")


def demo(room, example):
    room.call("demo", "demo", ".", "--example", example)
    room.call("demo-again", "demo", ".")
    flow = names(room, "flows", "run")[0]
    room.call("run-again", "run", flow, "--format", "json")
    room.call("promote", "promote", "demo-trioapp", "--from", "dev", "--to", "qa")
    room.call("promote-by-option", "promote", "demo-trioapp", "--from", "qa", "--to", "prod", "--post-action", "none")
    room.call("preview-json", "preview", flow, "--format", "json")
    room.call("preview-between", "preview", "demo-trioapp", "--from", "dev", "--to", "prod")
    room.call("resume", "resume")
    room.call("resume-json", "resume", "--format", "json")
    room.call("doctor", "doctor")
    room.call("complete-id", "__complete", "release", "")
    room.call("releases-of", "releases", "--product", "demo-trioapp")
    left(room, "left")


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


def shop(room, toml=""):
    """A project with a repository of four environments; gives nothing back."""
    tree = room.root / "tree"
    for name in ("dev", "qa", "staging", "prod"):
        folder = tree / "envs" / name
        folder.mkdir(parents=True)
        tag = "2.0" if name == "dev" else "1.0"
        (folder / "values.yaml").write_text(f'# of {name}\nimage:\n  tag: "{tag}"  # see releases\nreplicas: 2\n')
    room.deploy(tree)
    (room.dir / "main.promo").write_text(SHOP)
    (room.dir / "promo.toml").write_text('[author]\nname = "Release Bot"\nemail = "bot@example.com"\n' + toml)


def succeeds(room):
    shop(room, '[release]\nurl = "https://releases.example.com/{id}"\n')
    room.call("check", "check")
    room.call("preview", "preview", "ship", "--format", "json")
    room.call("run", "run", "ship", environment={"SMOKE_TOKEN": "hush-hush-hush"})
    room.call("run-again", "run", "ship")
    room.call("promote", "promote", "shop", "--from", "dev", "--to", "prod", "--pre-action", "prepare", "--format", "json")
    room.call("promote-nothing", "promote", "shop", "--from", "dev", "--to", "qa", "--action", "none")
    room.call("promote-wrong", "promote", "shop", "--from", "dev", "--to", "qa", "--action", "merge")
    room.call("promote-itself", "promote", "shop", "--from", "dev", "--to", "dev")
    room.call("promote-request", "promote", "shop", "--from", "dev", "--to", "qa", "--action", "pull-request")
    room.call("run-held", "run", "held")
    room.call("release-none", "release", "ship-0000000000")
    room.call("resume-none", "resume", "ship-0000000000")
    left(room, "left")


def fails(room):
    shop(room)
    (room.dir / "broken-shop-staging").touch()
    room.call("run", "run", "ship")
    room.call("run-again-json", "run", "ship", "--format", "json")
    room.call("resume", "resume")
    left(room, "left")
    (room.dir / "broken-shop-staging").unlink()
    room.call("run-mended", "run", "ship")
    left(room, "mended")


HEALTH = """
[health]
provider = "command"
command = ["sh", "-c", "echo looked at $APP_NAME; test ! -e sick-$APP_NAME"]
interval = "1s"
timeout = "3s"
grace.degraded = "1s"
"""


def is_unhealthy(room):
    shop(room, HEALTH)
    (room.dir / "sick-shop-staging").touch()
    room.call("doctor", "doctor")
    room.call("run", "run", "ship")
    left(room, "left")


def is_in_trouble(room):
    """What was healthy turns degraded while the next environment is at work."""
    shop(room, HEALTH)
    poison = 'workflow poison { run """\n  touch sick-shop-qa\n  sleep 6\n  """\n}\n'
    program = SHOP.replace("staging after qa { pre-action prepare", "staging after qa { pre-action poison")
    (room.dir / "main.promo").write_text(program + poison)
    room.call("run", "run", "ship")
    left(room, "left")


def begun(room, flow, needle):
    """A run that has come to where standard error says `needle`, and the file of that."""
    told = room.root / f"{flow}.err"
    with open(told, "wb") as err:
        run = subprocess.Popen(
            [room.promoc, "run", flow], cwd=room.dir, env=room.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=err,
        )
    until = time.monotonic() + LIMIT_S
    while needle not in told.read_text() and run.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    return run, told


def is_interrupted(room):
    shop(room)
    run, told = begun(room, "never", "waits, window far")
    room.call("run-beside", "run", "ship")
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=LIMIT_S)
    room.answer("run", ("run", "never"), run.returncode, out, told.read_bytes())
    room.call("run-again", "run", "ship")
    room.call("resume-none", "resume", "ship-0000000000")
    left(room, "left")


def is_killed(room):
    shop(room)
    run, told = begun(room, "slow", "patient runs")
    effects = room.dir / ".promo" / "run"
    until = time.monotonic() + LIMIT_S
    while not list(effects.glob("*.claim/pid")) and time.monotonic() < until:
        time.sleep(0.02)
    run.kill()
    out, _ = run.communicate(timeout=LIMIT_S)
    room.answer("run", ("run", "slow"), run.returncode, out, told.read_bytes())
    room.call("releases", "releases")
    (room.dir / "go").touch()
    room.call("resume", "resume")
    left(room, "left")


def is_refused(room):
    """Runs that cannot begin, and settings that are wrong."""
    shop(room)
    good = (room.dir / "promo.toml").read_text()
    for name, toml in {
        "unknown-key": "[helth]\nprovider = \"none\"\n", "wrong-kind": "[health]\nprovider = 3\n",
        "no-toml": "[health\n", "remote-ledger": "[ledger]\nrepo = \"https://git.example.com/x.git\"\n",
        "program": "program = \"other.promo\"\n",
    }.items():
        (room.dir / "promo.toml").write_text(toml)
        for command in (("releases",), ("run", "ship"), ("doctor",), ("check",)):
            room.call(f"{name}/{command[0]}", *command)
    (room.dir / "promo.toml").write_text(good)
    text = (room.dir / "main.promo").read_text()
    for name, changed in {
        "error": text + "\nflow broken { promote nowhere }\n", "syntax": text + "\nflw broken {\n",
        "rollback": text.replace("on failure tell\n}\nflow slow", "on failure tell\n  rollback qa when prod fails\n}\nflow slow"),
        "no-repository": text.replace("./deploy.git", "./nowhere.git"),
        "no-branch": text.replace("branch main", "branch trunk"),
        "remote": text.replace("./deploy.git", "https://git.example.com/acme/deploy.git"),
        "no-file": text.replace('copy "values.yaml"', 'copy "value.yaml"'),
        "no-key": text.replace("copy \"values.yaml\" at $.image.tag", "copy \"values.yaml\" at $.image.tga"),
    }.items():
        (room.dir / "main.promo").write_text(changed)
        for command in (("run", "ship"), ("preview", "ship"), ("doctor",)):
            room.call(f"{name}/{command[0]}", *command)
    room.record_files("files")


def about(room):
    """What needs no program: help, codes, completions, an empty folder, and calls that are wrong."""
    room.call("version", "--version")
    room.call("nothing")
    _, out = room.call("help", "--help")
    commands = re.findall(r"(?m)^  ([a-z]+)  ", out.decode())
    for command in commands:
        room.call(f"help/{command}", command, "--help")
        room.call(f"wrong/{command}-option", command, "--wrnog")
        room.call(f"wrong/{command}-missing", command, "nowhere", "nowhere", "nowhere")
        room.call(f"complete/{command}-options", "__complete", command, "--")
        room.call(f"complete/{command}", "__complete", command, "")
    _, out = room.call("explain", "explain")
    for code in re.findall(r"(?m)^([EW]\d{4})", out.decode()):
        room.call(f"explain/{code}", "explain", code)
    room.call("explain/small", "explain", "e0101")
    room.call("explain/none", "explain", "E9999")
    for shell in ("bash", "zsh", "fish", "tcsh"):
        room.call(f"completions/{shell}", "completions", shell)
    for number, words in enumerate((
        (), ("",), ("s",), ("--",), ("check", "--format", ""), ("check", "--format="), ("check", "--format", "=", ""),
        ("compile", "--target", ""), ("promote", "x", "--action", ""), ("unknown", ""),
    )):
        room.call(f"complete/{number}", "__complete", *words)
    room.call("wrong/command", "chekc")
    for name, arguments in {
        "check": ("check",), "fmt": ("fmt",), "test": ("test",), "compile": ("compile",), "doctor": ("doctor",),
        "releases": ("releases",), "release": ("release", "x-1"), "resume": ("resume",), "graph": ("graph", "main"),
    }.items():
        room.call(f"empty/{name}", *arguments)
    room.call("init", "init")
    room.call("init-again", "init")
    room.record_files("init.files")
    for command in ("check", "test", "doctor", "releases"):
        room.call(f"init-then/{command}", command)
    room.call("init-elsewhere", "init", "new/folder")
    room.call("init-in-file", "init", "main.promo")


def wrong(room):
    """Files that cannot be read, and folders with several programs, or with one that others import."""
    write = lambda path, text: ((room.dir / path).parent.mkdir(parents=True, exist_ok=True), (room.dir / path).write_bytes(text))
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
    (room.dir / "nothing").mkdir()
    (room.dir / "link.promo").symlink_to("one/main.promo")
    (room.dir / "dangling.promo").symlink_to("nowhere.promo")
    paths = [
        "one", "two", "two/main.promo", "several", "several/a.promo", "several/b.promo", "circle", "latin.promo", "empty.promo",
        "bom.promo", "nul.promo", "deep.promo", "escape.promo", "text.txt", "nothing", "link.promo", "dangling.promo", "nowhere", ".",
    ]
    for path in paths:
        label = path.replace("/", "+") if path != "." else "all"
        room.call(f"{label}/check", "check", path)
        room.call(f"{label}/check-json", "check", "--format", "json", path)
        room.call(f"{label}/fmt-check", "fmt", "--check", path)
        room.call(f"{label}/test", "test", path)
        room.call(f"{label}/compile", "compile", path, "--allow-loss")
        room.call(f"{label}/graph", "graph", "sequential", "--project", path)
        room.call(f"{label}/simulate", "simulate", "sequential", "--project", path)
        room.call(f"{label}/complete", "__complete", "graph", "--project", path, "")
        room.call(f"{label}/doctor", "doctor", "--project", path)
        room.call(f"{label}/releases", "releases", "--project", path)
    room.call("twice/check", "check", "one", "two", "one/main.promo")
    room.call("twice/test", "test", "one", "several/a.promo", "--filter", "x")
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
        room.call(f"calls/{number:02}-{arguments[0]}", *arguments)
    room.call("fmt/all", "fmt", ".")
    room.record_files("files")


def found(path, label):
    """The programs below a path, each with a name."""
    if (path / "want.json").is_file():
        yield label, path, edit
    elif (path / "main.promo").is_file() or path.suffix == ".promo":
        yield label, path, program
    elif path.is_dir():
        for below in sorted(path.iterdir()):
            yield from found(below, f"{label}/{below.name}")


def jobs(cases):
    """What is recorded: a name, what records it, and its room. What takes longest comes first."""
    for example in ("quickstart", "parallel", "sequential", "policies", "dependencies"):
        yield f"demo/{example}", lambda room, example=example: demo(room, example), {"runs": True, "sort": True}
    for what in (is_in_trouble, is_unhealthy, is_killed, is_interrupted, fails, succeeds):
        yield f"run/{what.__name__}", what, {"runs": True}
    yield "run/is_refused", is_refused, {}
    yield "about", about, {}
    yield "wrong", wrong, {}
    for folder in ("examples", "tests/fixtures", "tests/compile", "tests/rules"):
        for label, path, _ in found(PROJECT / folder, folder):
            yield label, lambda room, path=path, all=folder == "examples": program(room, path, all), {}
    for number, path in enumerate(cases, 1):
        for label, path, what in found(path, f"cases-{number}"):
            if what is edit:
                yield label, lambda room, path=path: edit(room, path), {"runs": True}
            yield f"{label}{'/program' if what is edit else ''}", lambda room, path=path: program(room, path, False), {}


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
        print(f"there is no {missing[0]}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="promoc-outputs-") as folder:
        # away from its language server, which is not always built
        promoc = shutil.copy(arguments[0], pathlib.Path(folder) / "promoc")

        def record(job):
            name, what, kind = job
            began = time.monotonic()
            with Room(promoc, answers / name, **kind) as room:
                what(room)
            return name, time.monotonic() - began

        with ThreadPoolExecutor(max_workers=2) as pool:
            took = list(pool.map(record, (job for job in jobs(cases) if only in job[0])))
    calls = sum(1 for _ in answers.rglob("*.txt"))
    slowest = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in sorted(took, key=lambda one: -one[1])[:3])
    print(f"{calls} calls in {len(took)} rooms; the slowest: {slowest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
