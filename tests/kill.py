#!/usr/bin/env python3
"""Kills promoc at every system call that changes a file, and checks that `promoc resume` alone puts everything right.

Usage: tests/kill.py PROMOC [--full | --reduced] [--jobs N] [--seed S]    (Linux; Debian: apt-get install python3 gcc git)

For each kill, a release starts in a new project and is killed right before its Nth such call: create, write, rename, link,
unlink, mkdir, truncate, chmod and their relatives. Then `promoc resume` must end with the same commits and the same facts as
a release that nothing disturbs; instants, hosts and ids of commits aside. If the kill came before the release was recorded,
there is nothing to resume, and `promoc run` must start it. Afterwards no lock and no draft is left, and git finds both
repositories sound. The sweeps:

  everything dies        promoc and all that it has started die at once, as when a container is killed. Workflows are idempotent
  promoc dies            workflows live on and are adopted; none of them is idempotent, and still none runs twice
  once, everything dies  workflows are not idempotent: as above, or failed with `it may have run; retry when sure` (rule 31)
  twice                  everything dies, and so does the first resume, at a call chosen by the seed
  packing                the release is the 64th in its ledger, so it packs them when it ends; everything dies while it does. The
                         other 63 must stay what they are, and the next release must pack everything that is still loose

`--full` takes every call, about 2700 kills. `--reduced`, the default, takes the first and the last call of each kind (process,
call, place) in the first and the last sweep, the first of each kind in the third, and every 25th in the others: about 360 kills.

Why a tracer of our own (kill.c), built with cc: a preloaded library does not see calls that pass libc by (rustix makes them
itself) or that libc makes inside. `strace -e inject=…:signal=KILL:when=N` sees them all, but counts for each process and each
call apart, and kills one process, so it cannot say "all of them at the 100th call of any". The tracer stops each process at each
call, counts them together, and lets nobody get past the call at which it kills.
"""

import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
OLD = 63  # releases in the ledger of the sweep `packing`; the one after them packs
PATIENCE = 60  # seconds until a command counts as hanging
HONEST = "it may have run; retry when sure"

PROGRAM = """environment dev, qa, prod
template values {
  version from "values.yaml" at $.image.tag
  copy "values.yaml" at $.image.tag
}
product shop {
  template values
  repo "./deploy.git"
  branch main
  application shop-{environment} in dev, qa, prod { path "envs/{environment}" }
  flow ship by hand
}
workflow before { needs ENVIRONMENT; gives NUMBER; IDEMPOTENT run \"\"\"
  echo "before $ENVIRONMENT" >> marks
  echo "n-$ENVIRONMENT" > "$PROMO_GIVES/NUMBER"
  \"\"\"
}
workflow after { needs ENVIRONMENT, NUMBER; IDEMPOTENT run \"\"\"
  echo "after $ENVIRONMENT $NUMBER" >> marks
  echo "$DEMO_TOKEN"
  \"\"\"
}
workflow tell { needs RELEASE_ID; IDEMPOTENT run \"\"\"
  echo "tell" >> marks
  \"\"\"
}
flow ship {
  trigger dev
  promote qa after dev { pre-action before; post-action after }
  promote prod after qa { on success tell }
  on success tell
}
"""
SETTINGS = '[author]\nname = "Bot"\nemail = "bot@example.com"\n[health]\nprovider = "command"\ncommand = ["true"]\n'
VALUES = "# {name}\nimage:\n  tag: \"{tag}\"  # see releases\nreplicas: 2\n"

ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": "/nonexistent", "DEMO_TOKEN": "a-secret-value", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@b", "GIT_AUTHOR_DATE": "2026-01-05T09:00:00Z", "GIT_COMMITTER_DATE": "2026-01-05T09:00:00Z",
}


# How a project begins: with workflows that are idempotent, with workflows that are not, or with a ledger of 63 releases.
IDEMPOTENT, ONCE, LEDGER = "idempotent", "once", "ledger"


class Broken(Exception):
    """What is wrong after a kill."""


def command(arguments, folder, codes=(0,), variables={}):
    try:
        done = subprocess.run(arguments, cwd=folder, env=ENVIRONMENT | variables, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise Broken(f"{arguments} hangs") from None
    if done.returncode not in codes:
        raise Broken(f"{arguments} ends with {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}")
    return done.stdout


def many(folder):
    """Gives a project a ledger with 63 releases that have ended: the one that it has, under 63 names of another product."""
    ledger = os.path.join(folder, ".promo/state.git")
    name, tip = command(["git", "for-each-ref", "--format=%(refname) %(objectname)"], ledger).split()
    for number in range(OLD):
        command(["git", "update-ref", f"refs/promo/releases/old/release-{number}", tip], ledger)
    command(["git", "update-ref", "-d", name], ledger)


def template(folder, idempotent):
    """A project as it is before the release."""
    os.makedirs(folder)
    work = os.path.join(folder, "work")
    command(["git", "init", "-q", "-b", "main", work], folder)
    for tag in ("1.0", "2.0"):
        for name in ("dev", "qa", "prod"):
            if tag == "1.0" or name == "dev":
                os.makedirs(os.path.join(work, "envs", name), exist_ok=True)
                with open(os.path.join(work, "envs", name, "values.yaml"), "w") as file:
                    file.write(VALUES.format(name=name, tag=tag))
        command(["git", "add", "-A"], work)
        command(["git", "commit", "-qm", f"Version {tag}"], work)
    command(["git", "clone", "-q", "--bare", "work", "deploy.git"], folder)
    shutil.rmtree(work)
    with open(os.path.join(folder, "main.promo"), "w") as file:
        file.write(PROGRAM.replace("IDEMPOTENT", "idempotent;" if idempotent else ""))
    with open(os.path.join(folder, "promo.toml"), "w") as file:
        file.write(SETTINGS)


class Project:
    def __init__(self, kill, template_folder, scratch):
        self.kill = kill
        # The path is as long as that of every other, so that the calls are the same.
        self.folder = tempfile.mkdtemp(prefix="project-", dir=scratch)
        shutil.copytree(template_folder, self.folder, dirs_exist_ok=True, symlinks=True)
        self.log = os.path.join(scratch, os.path.basename(self.folder) + ".log")

    def traced(self, at, mode, arguments):
        """Runs promoc, killed at a call. Returns its exit code and the calls that were made."""
        code = subprocess.run(
            [self.kill.tracer, str(at), mode, self.log, self.kill.promoc, *arguments], cwd=self.folder, env=ENVIRONMENT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE,
        ).returncode
        with open(self.log) as file:
            return code, [tuple(line.rstrip("\n").split("\t")) for line in file]

    def promoc(self, *arguments, codes=(0,)):
        return command([self.kill.promoc, *arguments], self.folder, codes)

    def releases(self):
        return json.loads(self.promoc("releases", "--format", "json"))["releases"]

    def facts(self):
        """What became of the release, without instants, hosts and ids of the commits that it made."""
        all = self.releases()
        releases = [release for release in all if release["product"] == "shop"]
        if len(releases) != 1:
            raise Broken(f"{len(releases)} releases")
        view = json.loads(self.promoc("release", releases[0]["id"], "--format", "json"))
        text = json.dumps(view, sort_keys=True, indent=1).replace(self.folder, "PROJECT")
        text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "INSTANT", text)
        first = command(["git", "rev-list", "main", "--grep=^Version"], self.folder + "/deploy.git").split()
        text = re.sub(r"\b[0-9a-f]{40}\b", lambda id: id[0] if id[0] in first else "NEW", text)
        commits = command(["git", "log", "--format=%T%n%an <%ae>%n%B%x00", "main"], self.folder + "/deploy.git")
        return {"view": text, "commits": commits, "status": releases[0]["status"], "issues": view.get("issues", []),
                "old": self.old([release for release in all if release not in releases])}

    def old(self, listed):
        """The releases that were in the ledger before, as they are listed, stored and shown."""
        if not listed:
            return None
        names = command(["git", "for-each-ref", "--format=%(refname) %(objectname)", "refs/promo/releases/old"],
                        self.folder + "/.promo/state.git")
        return listed, names, self.promoc("release", f"old/release-{OLD - 1}", "--format", "json")

    def next(self):
        """Promotes another version. It packs what an earlier release did not, because that was killed."""
        repository = os.path.join(self.folder, "deploy.git")
        path = os.path.join(self.folder, "values.yaml")
        with open(path, "w") as file:
            file.write(VALUES.format(name="dev", tag="3.0"))
        blob = command(["git", "hash-object", "-w", path], repository).strip()
        index = {"GIT_INDEX_FILE": os.path.join(self.folder, "index")}
        command(["git", "read-tree", "main"], repository, variables=index)
        command(["git", "update-index", "--cacheinfo", f"100644,{blob},envs/dev/values.yaml"], repository, variables=index)
        tree = command(["git", "write-tree"], repository, variables=index).strip()
        commit = command(["git", "commit-tree", "-p", "main", "-m", "Version 3.0", tree], repository).strip()
        command(["git", "update-ref", "refs/heads/main", commit], repository)
        self.promoc("run", "ship")
        releases = os.path.join(self.folder, ".promo/state.git/refs/promo/releases")
        loose = [file for _, _, files in os.walk(releases) for file in files]
        if len(loose) > OLD:
            raise Broken(f"the next release has not packed these: {loose}")
        if len(self.releases()) != OLD + 2:
            raise Broken(f"{len(self.releases())} releases after the next one")

    def marks(self):
        try:
            with open(os.path.join(self.folder, "marks")) as file:
                return Counter(file.read().splitlines())
        except FileNotFoundError:
            return Counter()

    def has_claims(self):
        """Whether a workflow may have run whose outcome is not known."""
        try:
            return any(name.endswith(".claim") for name in os.listdir(os.path.join(self.folder, ".promo/run")))
        except FileNotFoundError:
            return False

    def is_sound(self):
        for name in ("deploy.git", ".promo/state.git"):
            path = os.path.join(self.folder, name)
            left = [os.path.join(above, file) for above, _, files in os.walk(path) for file in files]
            left = [file for file in left if file.endswith(".lock") or "promoc-draft" in file]
            if left:
                raise Broken(f"left behind: {left}")
            packs = {file for file in os.listdir(os.path.join(path, "objects/pack")) if not file.endswith((".rev", ".bitmap"))}
            whole = {name + end for name in (os.path.splitext(file)[0] for file in packs) for end in (".pack", ".idx")}
            if packs != whole:
                raise Broken(f"unfinished packs: {packs}")
            command(["git", "fsck", "--strict", "--no-dangling"], path)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        if os.path.exists(self.log):
            os.remove(self.log)


class Kill:
    def __init__(self, promoc, scratch):
        self.promoc = os.path.abspath(promoc)
        self.scratch = scratch
        self.tracer = os.path.join(scratch, "kill")
        subprocess.run(["cc", "-O1", "-o", self.tracer, os.path.join(HERE, "kill.c")], check=True)
        self.templates = {}
        self.references = {}
        for start in (IDEMPOTENT, ONCE, LEDGER):
            folder = os.path.join(scratch, f"template-{start}")
            template(folder, start != ONCE)
            if start == LEDGER:
                project = Project(self, folder, scratch)
                project.promoc("run", "ship")
                shutil.copytree(project.folder + "/.promo", folder + "/.promo")
                project.remove()
                many(folder)
            self.templates[start] = folder
            project = Project(self, folder, scratch)
            project.promoc("run", "ship")
            self.references[start] = (project.facts(), project.marks())
            project.is_sound()
            if start == LEDGER:
                project.next()
                project.is_sound()
            project.remove()

    def calls(self, start, mode):
        """The calls of a release that nothing disturbs."""
        project = Project(self, self.templates[start], self.scratch)
        code, calls = project.traced(0, mode, ["run", "ship"])
        if code:
            if code == 126:
                print("this system does not permit ptrace, so nothing can be killed at its system calls", file=sys.stderr)
                sys.exit(77)
            sys.exit(f"the release ends with {code} when it is traced")
        project.remove()
        return calls

    def one(self, sweep, at, seed):
        """Kills once, or twice, and resumes. Returns the call that was not made, and the result."""
        mode, start, twice = sweep
        project = Project(self, self.templates[start], self.scratch)
        call = ("", "", "", "")
        try:
            code, calls = project.traced(at, mode, ["run", "ship"])
            call = calls[-1]
            if code != 137:
                return call, "ended first"
            claimed = project.has_claims()
            if twice:
                project.traced(random.Random(f"{seed}/{at}").randint(1, 150), mode, ["resume"])
            project.promoc("resume", codes=(0, 1))
            begun = any(release["product"] == "shop" for release in project.releases())
            if not begun:
                project.promoc("run", "ship")
            facts, marks = project.facts(), project.marks()
            project.is_sound()
            expected, expected_marks = self.references[start]
            result = "recovered" if begun else "started again"
            if start == ONCE and any(count > expected_marks[mark] for mark, count in marks.items()):
                raise Broken(f"a workflow ran twice: {marks}")
            if mode == "all" and start == ONCE and facts["status"] == "failed":
                if not claimed or not all(HONEST in issue for issue in facts["issues"]):
                    raise Broken(f"failed, {'claimed' if claimed else 'not claimed'}: {facts['issues']}")
                return call, "may have run"
            for what in ("commits", "view", "old"):
                if facts[what] != expected[what]:
                    raise Broken(f"other {what}:\n{facts[what]}\ninstead of\n{expected[what]}")
            if set(marks) != set(expected_marks):
                raise Broken(f"other workflows ran: {marks} instead of {expected_marks}")
            if start == LEDGER:
                project.next()
                project.is_sound()
            return call, result
        except (Broken, subprocess.TimeoutExpired) as problem:
            return call, f"BROKEN: {problem}"
        finally:
            project.remove()


def kind(call):
    """What a kill is about: process, call and place without what differs from run to run."""
    _, process, name, path = call
    path = re.sub(r"^.*/project-\w{8}/|^/tmp/.*", "", path)
    path = re.sub(r"tmp_object_git2_\w+", "tmp_object", path)
    path = re.sub(r"objects/[0-9a-f]{2}(/[0-9a-f]{38})?$", lambda it: "objects/xx" + ("/x" if it[1] else ""), path)
    path = re.sub(r"\.(state-|tmp)\w{6}", "state", path)
    path = re.sub(r"ship-[0-9a-f]{10}|\+[^/.]*|\d+|_\w{6}$|hooks/.*", "", path)
    return process, name, path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("promoc")
    parser.add_argument("--full", action="store_true", help="every call in every sweep")
    parser.add_argument("--reduced", action="store_true", help="the default")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--sweep", help="only this one")
    parser.add_argument("--at", type=int, help="only this call")
    given = parser.parse_args()
    sweeps = {
        "everything dies": ("all", IDEMPOTENT, False),
        "promoc dies": ("runner", ONCE, False),
        "once, everything dies": ("all", ONCE, False),
        "twice": ("all", IDEMPOTENT, True),
        "packing": ("all", LEDGER, False),
    }
    broken, began = [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="promoc-kill-") as scratch:
        kill = Kill(given.promoc, scratch)
        for title, sweep in sweeps.items():
            if given.sweep not in (None, title):
                continue
            calls = kill.calls(sweep[1], sweep[0])
            if title == "packing":
                begins = next(at for at, call in enumerate(calls) if call[3].endswith("packed-refs.lock"))
                calls = calls[begins - 1:]
            # Calls of several processes come in another order each time, so a few more are tried than were counted.
            numbers = list(range(int(calls[0][0]), int(calls[-1][0]) + 6))
            if given.at:
                numbers = [given.at]
            elif not given.full and ("everything dies" in title or title == "packing"):
                firsts = {kind(call): int(call[0]) for call in reversed(calls)}
                lasts = {kind(call): int(call[0]) for call in calls} if sweep[1] != ONCE else {}
                numbers = sorted({*firsts.values(), *lasts.values()})
            elif not given.full:
                numbers = numbers[::25]
            table = {}
            with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
                for call, result in pool.map(lambda at: kill.one(sweep, at, given.seed), numbers):
                    if result == "ended first":
                        continue
                    row = table.setdefault(call[2], Counter())
                    row["kills"] += 1
                    if result.startswith("BROKEN"):
                        broken.append(f"{title}, call {call}: {result}")
                        row["broken"] += 1
                    else:
                        row[result] += 1
            print(f"\n{title}: {len(calls)} calls change a file")
            columns = ["kills", "recovered", "started again", "may have run", "broken"]
            print(f"  {'call':<18}" + "".join(f"{column:>15}" for column in columns))
            for name, row in [*sorted(table.items()), ("all", sum(table.values(), Counter()))]:
                print(f"  {name:<18}" + "".join(f"{row[column]:>15}" for column in columns), flush=True)
    print(f"\n{time.monotonic() - began:.0f}s")
    for problem in broken:
        print(f"\n{problem}", file=sys.stderr)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
