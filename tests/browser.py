#!/usr/bin/env python3
"""Opens the report of `promoc simulate --report` in a real browser without network, and checks that people can use it.

Usage: tests/browser.py PROMOC    (Debian: apt-get install chromium python3; another browser: CHROMIUM=/path)

Not part of `cargo test`, which needs no browser. It checks a scenario, a release, a fleet, long names, overrides and values
of a repository, in light and in dark, at 1280, 700 and 420 pixels: the page loads nothing from outside; only the marked regions scroll sideways; every text has enough contrast; the tables are tables for screen
readers and their cells are readable without scrolling; no heading appears twice; the events are folded, with their number; the
keyboard reaches every region, scrolls it, shows where it is, and opens and closes the events.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
]
LOOKS = [("light", 1280), ("dark", 700), ("light", 420), ("dark", 1280), ("light", 700), ("dark", 420)]
PATIENCE = 30  # seconds to wait for an answer

# The texts whose contrast with their background is below 4.5 (WCAG AA). In an SVG, `fill` is the color of text.
FAINT = """(() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > 0) return c; }
    return [255, 255, 255, 1]; };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = e.matches('td') || [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || ['STYLE', 'title', 'desc'].includes(e.tagName) || !e.getClientRects().length) continue;
    if (e.closest('svg') && !e.closest('.timeline')) continue;  // the colors of a flow have their own test
    const style = getComputedStyle(e);
    const before = getComputedStyle(e, '::before');  // in a card, the head of a cell
    const colors = [e.closest('svg') ? style.fill : style.color, ...(before.content === 'none' ? [] : [before.color])];
    for (const color of colors) {
      const [a, b] = [light(parse(color)), light(behind(e))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) found.push(`${e.textContent.trim().slice(0, 40)}: ${contrast.toFixed(2)}`);
    }
  }
  return found;
})()"""
GROUND = "getComputedStyle(document.body).backgroundColor"
ASKED = "performance.getEntriesByType('resource').map(it => it.name)"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """(() => { const e = document.activeElement; const s = getComputedStyle(e);
  return {name: e.getAttribute('aria-label') || e.tagName + (e.closest('.log') ? ' of the events' : ''), outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
    left: e.scrollLeft, more: e.scrollWidth > e.clientWidth}; })()"""
OPEN = "document.activeElement.parentElement.open"
REACHABLE = """[...document.querySelectorAll('.scroll, summary')].filter(it => !it.closest('details:not(.log) > :not(summary)'))
  .map(it => it.getAttribute('aria-label') || it.tagName + (it.closest('.log') ? ' of the events' : ''))"""
UNFOLD = "document.querySelectorAll('details').forEach(it => it.open = %s)"
FOLDED = "[...document.querySelectorAll('details')].every(it => !it.open)"
SUMMARIES = "[...document.querySelectorAll('.log > summary')].map(it => it.innerText.trim())"
COUNTED = "[...document.querySelectorAll('.events')].map(it => it.querySelectorAll('tbody tr').length)"
HEADINGS = """[...document.querySelectorAll('h1, h2, h3, svg .title')].filter(it => it.getBoundingClientRect().height > 1)
  .map(it => (it.matches('h3') ? it.closest('section').getAttribute('aria-labelledby') + ': ' : '')
    + it.textContent.trim().toLowerCase())"""
LEVELS = "[...document.querySelectorAll('h1, h2, h3')].map(it => Number(it.tagName[1]))"
# The cells of both tables that are cut off, squeezed (a wide one below 200 pixels, or a line for every word) or drawn over.
SQUEEZED = """(() => {
  const page = document.documentElement.clientWidth, found = [];
  for (const e of document.querySelectorAll('.cards tbody th, .cards td')) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    const say = why => found.push(`${e.textContent.slice(0, 40)}: ${why}`);
    const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (box.left < 0 || box.right > page || e.scrollWidth > e.clientWidth) say('cut off');
    if (e.matches('.wide') && room < 200) say(`${Math.round(room)} pixels wide`);
    const before = getComputedStyle(e, '::before');
    const head = before.content === 'none' ? 0 : parseFloat(before.left) + parseFloat(before.width);
    if (head > parseFloat(style.paddingLeft)) say('over its head');
    for (const item of e.querySelectorAll('li, time')) {
      const lines = item.getBoundingClientRect().height / parseFloat(style.lineHeight);
      if (lines > 1.5 && lines >= item.textContent.trim().split(/\\s+/).length) say(`${Math.round(lines)} lines`);
    }
  }
  return found;
})()"""
WAITS = """[...document.querySelectorAll('.environments tbody tr')].map(it =>
  [it.querySelector('th').textContent, [...it.querySelectorAll('[data-head="Waited for"] li')].map(li => li.innerText)])"""
NOTE = "[...document.querySelectorAll('.note')].map(it => it.innerText)"
CHANGES = "[...document.querySelectorAll('.changes .wide')].map(it => it.innerText)"

# Long names, long waits and several applications: what a table has to bear.
LONG = """
environment development, quality-assurance-in-the-european-region-number-two
environment production-for-all-of-the-customers-in-north-america { kind production }
window office-hours-of-the-release-managers { timezone "America/New_York"; open mon..fri 09:00..17:00 }
window no-quarterly-figures { timezone "America/New_York"; open mon..sun; closed 2026-01-01..2026-01-25 }
template all {
  version from "Chart.yaml" at $.version
  copy "values.yaml" at $.image.tag, $..replicas, $["a long key"]
  copy "*.tgz"
}
product shop {
  template all
  repo "https://git.example.com/a-very-long-organization-name/a-very-long-repository-name-for-deployments.git"
  application frontend-{environment} in development, quality-assurance-in-the-european-region-number-two {
    path "environments/{environment}/frontend"
  }
  application backend-{environment} in development, quality-assurance-in-the-european-region-number-two,
    production-for-all-of-the-customers-in-north-america {
    path "environments/{environment}/backend"
  }
  flow ship by hand
}
flow ship {
  timeout 60d
  trigger development
  promote quality-assurance-in-the-european-region-number-two { soak 90m }
  promote production-for-all-of-the-customers-in-north-america {
    soak 30h
    approval 2 of release-managers-of-the-whole-company
    window office-hours-of-the-release-managers
    window no-quarterly-figures
  }
}
"""

# Names of 63 letters, long descriptions, overrides, an environment without the product, and two releases.
NAME = "w" * 63
OVERRIDES = f"""
environment dev, qa, perf
environment {NAME} {{ description "{"A description longer than a line. " * 9}https://example.com/{"x" * 200}" }}
environment prod-us, prod-eu {{ kind production }}
window freeze {{ timezone "Europe/London"; closed 12-15..01-05 }}
workflow {NAME} {{ run "true"; takes 5m; description "{"Checks everything. " * 9}" }}
policy freeze {{ for kind production; window freeze unless approval 2 of duty-managers-of-the-whole-company }}
product shop {{
  version from "Chart.yaml" at $.version
  copy "values.yaml" at $.image.tag
  concurrency queue
  repo "./nowhere.git"
  application {{environment}} in dev, qa, {NAME}, prod-us, prod-eu {{ path "envs/{{environment}}" }}
  flow ship by hand
}}
flow ship {{
  timeout 60d
  trigger dev
  promote qa
  promote perf where present
  promote {NAME} after qa {{ post-action {NAME} }}
  promote prod-us, prod-eu after qa {{ approval release-managers }}
}}
scenario overridden {{
  release shop via ship at 2026-12-20T08:00Z version "2.0.0"
  release shop via ship at 2026-12-20T08:10Z version "2.1.0-{"very-long." * 9}0+metadata"
  given override in prod-us takes 20m
  given override in prod-eu is denied
  expect prod-us succeeded
}}
"""

# Values in a local repository.
VALUES = """
environment dev, qa
product shop {
  copy "values.yaml"
  repo "./deploy.git"
  branch main
  application shop-{environment} in dev, qa { path "envs/{environment}" }
  flow ship by hand
}
flow ship { trigger dev; promote qa }
"""


class Browser:
    """Chromium, controlled through a pipe."""

    def __init__(self, home):
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()

        def pipes():  # the browser reads 3 and writes 4
            read, write = os.dup(to_read), os.dup(to_write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        if not path:
            sys.exit("no browser: install chromium, or name one in CHROMIUM")
        command = [path, *FLAGS, f"--user-data-dir={home}", "about:blank"]
        self.process = subprocess.Popen(
            command, preexec_fn=pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.count, self.session = b"", 0, None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")

    def read(self):
        until = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            if not select.select([self.back], [], [], max(0, until - time.monotonic()))[0]:
                sys.exit("the browser does not answer")
            piece = os.read(self.back, 65536)
            if not piece:
                sys.exit("the browser closed the connection")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, event=None, **params):
        """Sends a command and returns its result, after `event` if one is named."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        answer = None
        while answer is None or event:
            said = self.read()
            if said.get("id") == self.count:
                if "error" in said:
                    sys.exit(f"{method}: {said['error']}")
                answer = said["result"]
            if said.get("method") == event:
                event = None
        return answer

    def value(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            sys.exit(f"{result['exceptionDetails']}")
        return result["result"].get("value")

    def press(self, key, code, text=None):
        more = {"text": text} if text else {}
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more)
            more = {}


def check(what, holds, found=""):
    if not holds:
        sys.exit(f"FAILED: {what} {found}")


def look(browser, page, scheme, width):
    at = f"({os.path.basename(page)}, {scheme}, {width} px)"
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.ask("Page.navigate", event="Page.loadEventFired", url=f"file://{page}")
    dark = sum(int(part) for part in browser.value(GROUND)[4:-1].split(",")) < 3 * 128
    check(f"the background is {scheme} {at}", dark == (scheme == "dark"), browser.value(GROUND))
    check(f"the page loads nothing from outside {at}", browser.value(ASKED) == [], browser.value(ASKED))
    check(f"the events and long lists are folded {at}", browser.value(FOLDED))
    counted = [f"{count} events" for count in browser.value(COUNTED)]
    check(f"the summary has the number of events {at}", browser.value(SUMMARIES) == counted, browser.value(SUMMARIES))
    for unfolded in (False, True):
        browser.value(UNFOLD % str(unfolded).lower())
        check(f"the page does not scroll sideways {at}", browser.value(SIDEWAYS) == 0, browser.value(SIDEWAYS))
        faint = browser.value(FAINT)
        check(f"every text has enough contrast {at}", faint == [], faint)
        squeezed = browser.value(SQUEEZED)
        check(f"every cell is readable {at}", squeezed == [], squeezed)
    browser.value(UNFOLD % "false")
    headings(browser, at)
    browser.value(UNFOLD.replace("'details'", "'details:not(.log)'") % "true")
    if width != 700:
        tables(browser, at)
    browser.value(UNFOLD % "false")
    keyboard(browser, at)


def headings(browser, at):
    texts, levels = browser.value(HEADINGS), browser.value(LEVELS)
    check(f"no heading appears twice {at}", len(texts) == len(set(texts)), texts)
    check(f"there is one title {at}", levels.count(1) == 1 and levels[0] == 1, levels)
    check(f"no level of headings is skipped {at}", all(b <= a + 1 for a, b in zip(levels, levels[1:])), levels)


def tables(browser, at):
    """What a screen reader finds, whether the rows are drawn as rows or as cards."""
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node.get("ignored")]
    heads = browser.value("document.querySelectorAll('.cards thead th').length")
    rows = browser.value("document.querySelectorAll('.cards tbody th').length")
    cells = browser.value("document.querySelectorAll('.cards td').length")
    found = [roles.count(role) for role in ("table", "columnheader", "rowheader", "cell")]
    # Chromium keeps the roles of rows that are drawn as blocks; not every browser does.
    without = browser.value("document.querySelectorAll('.cards:not([role]), .cards :is(thead, tbody, tr, th, td):not([role])').length")
    check(f"everything in a table says its role {at}", without == 0, without)
    number = browser.value("document.querySelectorAll('.cards').length")
    check(f"the tables are tables for a screen reader {at}", found == [number, heads, rows, cells], found)


def keyboard(browser, at):
    wanted = browser.value(REACHABLE)
    reached, scrolled = [], 0
    for _ in wanted:
        browser.press("Tab", 9)
        here = browser.value(FOCUSED)
        reached.append(here["name"])
        check(f"the focus is visible {at}", here["outline"], here)
        if here["more"]:
            scrolled += 1
            browser.press("ArrowRight", 39)
            until = time.monotonic() + 5
            while browser.value(FOCUSED)["left"] == 0 and time.monotonic() < until:
                time.sleep(0.02)
            check(f"the arrow keys scroll {here['name']} {at}", browser.value(FOCUSED)["left"] > 0)
        if here["name"].startswith("SUMMARY"):
            for opened in (True, False, True) if here["name"].endswith("events") else (True, False):
                browser.press("Enter", 13, "\r")
                check(f"enter opens and closes what is folded {at}", browser.value(OPEN) is opened)
    check(f"the keyboard reaches everything {at}", reached == wanted, f"{reached}, not {wanted}")
    check(f"something scrolls {at}", scrolled > 0 or " 420 " not in at)


def content(browser, page):
    """What the page says, whatever its width."""
    browser.ask("Page.navigate", event="Page.loadEventFired", url=f"file://{page}")
    waits = dict(browser.value(WAITS))
    wanted = ["qa and staging until 08:08", "its soak until 08:38", "approval by release-managers until 09:38"]
    check("what an environment waited for is a list with short times", waits.get("us-east") == wanted, waits)
    notes = browser.value(NOTE)
    said = len(notes) == 1 and ". " not in notes[0] and "promoc preview worldwide --product billing" in notes[0]
    check("one sentence says where the values are", said, notes)
    wanted = "envs/dev → envs/qa in https://git.example.com/acme/billing-deploy.git on main"
    files = browser.value(CHANGES)
    check("each application has its files and paths", len(files) == 6 and files[0].startswith(wanted), files)
    check("a file has its paths", "values.yaml at $..image" in files[0], files[0])


def overrides(browser, page):
    """Who let a promotion pass, and who did not."""
    browser.ask("Page.navigate", event="Page.loadEventFired", url=f"file://{page}")
    waits = dict(browser.value(WAITS)[:5])
    said = "or approval of 2 of duty-managers-of-the-whole-company, waited until Dec 20 08:20"
    check("an override that was given is named with its time", waits["prod-us"][-1].endswith(said), waits)
    wrong = browser.value("document.querySelector('main ul').innerText")
    said = "an override in prod-eu was denied (freeze, 2 of duty-managers-of-the-whole-company)"
    check("an override that was denied is named", wrong.endswith(said), wrong)
    check("who does not have the product is left out", "perf" not in waits, waits)


def values(browser, page):
    """The values of local repositories, folded if there are many."""
    browser.ask("Page.navigate", event="Page.loadEventFired", url=f"file://{page}")
    shown = browser.value("document.querySelector('.changes details').innerText")
    check("many values are folded", shown.strip() == "10 changes", shown)
    browser.value(UNFOLD % "true")
    shown = browser.value("document.querySelector('.changes li:not(td[data-head=How] li)').innerText")
    check("a value has its file and path", shown == 'envs/qa/values.yaml at $.k0: "1.0" → "2.0"', shown)


def repository(folder):
    """A bare repository with ten values in two environments."""
    work = os.path.join(folder, "work")
    for environment, version in (("dev", "2.0"), ("qa", "1.0")):
        os.makedirs(os.path.join(work, "envs", environment))
        with open(os.path.join(work, "envs", environment, "values.yaml"), "w", encoding="utf-8") as file:
            file.writelines(f'k{nth}: "{version}{"-long" * 4 * (nth % 2)}"\n' for nth in range(10))
    git = ["git", "-C", work, "-c", "user.name=Me", "-c", "user.email=me@example.com", "-c", "commit.gpgsign=false"]
    for call in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Values"]):
        subprocess.run([*git, *call], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", work, os.path.join(folder, "deploy.git")], check=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:  # the browser's children may still write
        example, long = os.path.join(root, "examples", "worldwide"), os.path.join(home, "long.promo")
        overridden, local = os.path.join(home, "overrides.promo"), os.path.join(home, "values.promo")
        for path, text in ((long, LONG), (overridden, OVERRIDES), (local, VALUES)):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        repository(home)
        calls = {
            "scenario.html": ["worldwide", "--scenario", "asia-goes-dark", "--project", example],
            "release.html": ["worldwide", "--at", "2026-11-27T13:00Z", "--project", example],
            "long.html": ["ship", "--project", long],
            "fleet.html": ["stores", "--product", "till", "--project", os.path.join(root, "examples", "fleet")],
            "overrides.html": ["ship", "--scenario", "overridden", "--project", overridden],
            "values.html": ["ship", "--project", local],
        }
        pages = {name: os.path.join(home, name) for name in calls}
        for name, call in calls.items():
            command = [sys.argv[1], "simulate", *call, "--report", pages[name]]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        browser = Browser(os.path.join(home, "browser"))
        try:
            content(browser, pages["scenario.html"])
            overrides(browser, pages["overrides.html"])
            values(browser, pages["values.html"])
            for name, page in pages.items():
                # Every pair for one page; large and similar ones are looked at where it is narrow.
                few = {"long.html": LOOKS, "fleet.html": LOOKS[2:3], "release.html": LOOKS[2:3], "values.html": LOOKS[1:3]}
                for scheme, width in few.get(name, LOOKS[:3]):
                    look(browser, page, scheme, width)
        finally:
            browser.process.kill()
            browser.process.wait()
    print("the report is readable in light and dark, wide and narrow, and usable by keyboard")


if __name__ == "__main__":
    main()
