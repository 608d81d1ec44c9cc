#!/usr/bin/env python3
"""Opens the report of `promoc simulate --report` in a real browser without network, and checks that people can use it.

Usage: tests/browser.py PROMOC    (Debian: apt-get install chromium python3; another browser: CHROMIUM=/path)

`cargo test` does not run this, because it needs a browser. Checked in light and dark, at 1200 and at 400 pixels: the page
requests nothing outside itself; only marked regions scroll sideways; every text has enough contrast; the keyboard reaches
every region, scrolls it, shows where it is, and opens and closes the list of events.
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
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || ['STYLE', 'title', 'desc'].includes(e.tagName) || !e.getClientRects().length) continue;
    if (e.closest('svg') && !e.closest('.timeline')) continue;  // the colors of a flow have their own test
    const style = getComputedStyle(e);
    const [a, b] = [light(parse(e.closest('svg') ? style.fill : style.color)), light(behind(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(`${e.textContent.trim().slice(0, 40)}: ${contrast.toFixed(2)}`);
  }
  return found;
})()"""
GROUND = "getComputedStyle(document.body).backgroundColor"
ASKED = "performance.getEntriesByType('resource').map(it => it.name)"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# The regions that scroll sideways, which the keyboard must reach.
REGIONS = "[...document.querySelectorAll('.scroll')].map(it => it.getAttribute('aria-label'))"
FOCUSED = """(() => { const e = document.activeElement; const s = getComputedStyle(e);
  return {name: e.getAttribute('aria-label') || e.tagName, outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
    left: e.scrollLeft, more: e.scrollWidth > e.clientWidth}; })()"""
OPEN = "document.querySelector('details').open"


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
    at = f"({scheme}, {width} px)"
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.ask("Page.navigate", event="Page.loadEventFired", url=f"file://{page}")
    dark = sum(int(part) for part in browser.value(GROUND)[4:-1].split(",")) < 3 * 128
    check(f"the background is {scheme} {at}", dark == (scheme == "dark"), browser.value(GROUND))
    check(f"the page requests nothing from outside {at}", browser.value(ASKED) == [], browser.value(ASKED))
    check(f"the page itself does not scroll sideways {at}", browser.value(SIDEWAYS) == 0, browser.value(SIDEWAYS))
    faint = browser.value(FAINT)
    check(f"every text has enough contrast {at}", faint == [], faint)
    keyboard(browser, at)


def keyboard(browser, at):
    wanted = [*browser.value(REGIONS), "SUMMARY"]
    check(f"every region has a name {at}", None not in wanted, wanted)
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
            check(f"the arrows scroll {here['name']} {at}", browser.value(FOCUSED)["left"] > 0)
        if here["name"] == "SUMMARY":
            before = browser.value(OPEN)
            browser.press("Enter", 13, "\r")
            check(f"enter toggles the list of events {at}", browser.value(OPEN) != before)
            browser.press("Enter", 13, "\r")
            check(f"enter toggles the list of events back {at}", browser.value(OPEN) == before)
    check(f"the keyboard reaches everything {at}", sorted(reached) == sorted(wanted), f"{reached}, not {wanted}")
    check(f"something scrolls {at}", scrolled > 0 or "400" not in at)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with tempfile.TemporaryDirectory() as home:
        page = os.path.join(home, "report.html")
        example = os.path.join(root, "examples", "worldwide")
        command = ["simulate", "worldwide", "--scenario", "asia-goes-dark", "--project", example, "--report", page]
        subprocess.run([sys.argv[1], *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        browser = Browser(os.path.join(home, "browser"))
        try:
            for scheme in ("light", "dark"):
                for width in (1200, 400):
                    look(browser, page, scheme, width)
        finally:
            browser.process.kill()
            browser.process.wait()
    print("the report is readable in light and dark, wide and narrow, and usable by keyboard")


if __name__ == "__main__":
    main()
