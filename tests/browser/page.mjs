// Opens a page of `okep history --format html` in Chromium and holds it to what it promises.
//
//     OKEP_TEST_BROWSER=FOLDER node page.mjs PAGE.html STORY.json
//     OKEP_TEST_BROWSER=FOLDER node page.mjs --picture PAGE.html PICTURE.png
//
// FOLDER holds the packages; STORY.json is `okep history --format json` of the same repository. Each
// check is one line of output; the exit code is 1 where one fails.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(resolve(process.env.OKEP_TEST_BROWSER, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// The driver gives each start a new and empty folder for the user's data.
const flags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const browser = await chromium.launch({
  executablePath: process.env.OKEP_TEST_CHROMIUM || "/usr/bin/chromium",
  args: flags,
});

// Opens the page in a context of its own; `seen` is whatever it does that it should not do.
async function open(file, options = {}, hash = "") {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  const page = await context.newPage();
  const seen = [];
  page.on("console", (message) => seen.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => (seen.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("popup", (popup) => seen.push(`popup: ${popup.url()}`));
  const address = pathToFileURL(resolve(file)).href;
  context.on("request", (request) => {
    if (request.url().split("#")[0] !== address) seen.push(`request: ${request.url()}`);
  });
  await page.goto(address + hash);
  return { page, seen, context };
}

if (process.argv[2] === "--picture") {
  const [file, picture] = process.argv.slice(3);
  const width = 1040;
  const { page } = await open(file, { viewport: { width, height: 1000 }, colorScheme: "light" });
  const { y, height } = await page.locator("#time").boundingBox();
  await page.screenshot({ path: picture, fullPage: true, clip: { x: 0, y: 0, width, height: y + height + 16 } });
  await browser.close();
  process.exit(0);
}

const [file, storyFile] = process.argv.slice(2);
const story = JSON.parse(readFileSync(storyFile, "utf8"));
const open_findings = story.findings.filter((finding) => !finding.fixed);

const checks = {
  async "it runs, loads and reports nothing, in both themes and at three widths"() {
    for (const colorScheme of ["light", "dark"])
      for (const width of [380, 800, 1400]) {
        const { page, seen, context } = await open(file, { colorScheme, viewport: { width, height: 900 } });
        await page.mouse.move(200, 300);
        await page.waitForTimeout(50);
        assert.deepEqual(seen, []);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} pixels too wide at ${width}`);
        await context.close();
      }
  },

  async "no text of the repository became an element, an address or a script"() {
    const { page, seen, context } = await open(file);
    const odd = await page.evaluate(() => {
      const odd = [];
      for (const element of document.querySelectorAll("*")) {
        const name = element.localName;
        if (["img", "iframe", "object", "embed", "base", "link", "audio", "video", "b", "marquee"].includes(name)) odd.push(name);
        for (const { name, value } of element.attributes) {
          if (name.startsWith("on") || name === "style" || name === "src" || name === "srcdoc") odd.push(`${name}=${value}`);
          if (/href$/i.test(name) && !/^(https?:\/\/[\w.:-]+\/|#[\w-]+$)/.test(value)) odd.push(`${name}=${value}`);
        }
      }
      if (document.scripts.length !== 1) odd.push(`${document.scripts.length} scripts`);
      if (window.hit !== undefined) odd.push("a script of the repository ran");
      return odd;
    });
    assert.deepEqual(odd, []);
    const lost = await page.evaluate(() =>
      [...document.querySelectorAll("a[href^='#']")].map((a) => a.hash.slice(1)).filter((id) => !document.getElementById(id)));
    assert.deepEqual(lost, [], "links inside the page lead somewhere");
    const twice = await page.evaluate(() => {
      const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
      return ids.filter((id, at) => ids.indexOf(id) !== at);
    });
    assert.deepEqual(twice, [], "no anchor is given twice");
    assert.deepEqual(seen, []);
    await context.close();
  },

  async "the policy lets nothing else run"() {
    const { page, seen, context } = await open(file);
    const refused = [];
    page.on("requestfailed", (request) => refused.push(request.failure().errorText));
    page.on("response", (response) => refused.push(`answered: ${response.url()}`));
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.injected = true";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", '<img src="https://example.org/x.png" onerror="window.injected = true">');
      document.body.setAttribute("style", "background: red");
    });
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate(() => window.injected), undefined);
    assert.deepEqual(refused, ["csp"], "the picture was refused before anything was sent");
    assert.ok(seen.some((line) => line.includes("Content Security Policy")));
    await context.close();
  },

  async "the sections say what the findings of the JSON say, cell by cell"() {
    const { page, context } = await open(file);
    const cells = await page.evaluate(() =>
      [...document.querySelectorAll("[data-view=today] tbody tr")].flatMap((row) =>
        [...row.cells].slice(1).map((cell) => ({
          okep: row.dataset.okep,
          section: cell.dataset.section,
          state: cell.dataset.state,
          rules: [...cell.querySelectorAll("[data-rule]")].map((chip) => chip.dataset.rule).sort(),
        }))));
    const words = {
      "missing-section": "missing", "empty-section": "empty", "stub-section": "stub", "renamed-section": "renamed",
      "misplaced-section": "misplaced", "unordered-section": "misplaced",
    };
    const younger = ["missing-section", "renamed-section", "misplaced-section", "unordered-section", "shifted-headings", "duplicate-section"];
    const state = ({ rule, severity }) =>
      severity === "hint" && younger.includes(rule) ? "excused" : words[rule] ?? "faulty";
    const rank = ["missing", "empty", "stub", "misplaced", "renamed", "faulty", "excused"];
    const about = new Set(["not-in-nav", "not-in-index", "duplicate-number", "malformed-filename"]);
    for (const { okep, section, state: told, rules } of cells) {
      const found = open_findings.filter((f) => f.path === okep && f.subject === section && !about.has(f.rule));
      const worst = rank.find((word) => found.some((f) => state(f) === word)) ?? "present";
      const place = `${okep}, ${section}`;
      if (told === "unknown") assert.equal(found.length, 0, place);
      else assert.equal(told, worst, place);
      assert.deepEqual(rules, found.map((f) => f.rule).sort(), place);
    }
    const alive = new Set(cells.map((cell) => cell.okep));
    const rows = story.okeps.filter((okep) => !story.notes.some((n) => n.kind === "deleted" && n.path === okep.path));
    assert.deepEqual([...alive].sort(), rows.map((okep) => okep.path).sort());
    const then = await page.evaluate(() =>
      [...document.querySelectorAll("[data-view=landed] td")].map((cell) => cell.dataset.state));
    assert.ok(!then.includes("excused"), "what came later is not held against anybody there");
    await context.close();
  },

  async "without the script all of it is there"() {
    const { page: bare, seen, context } = await open(file, { javaScriptEnabled: false });
    const { page, context: other } = await open(file);
    const rows = (page) => page.locator("#findings-table tbody tr:visible").count();
    assert.equal(await rows(bare), story.findings.length || (await rows(bare)));
    for (const view of await bare.locator(".view").all()) assert.ok(await view.isVisible());
    for (const one of await bare.locator(".evidence > div").all()) assert.ok(await one.isVisible());
    assert.equal(await bare.locator(".filters:visible, .switch:visible, .unfold:visible").count(), 0);
    const text = (page) => page.locator("main").evaluate((main) => main.textContent.replace(/\d+ of \d+ shown/, ""));
    assert.equal(await text(bare), await text(page));
    assert.deepEqual(seen, []);
    await context.close();
    await other.close();
  },

  async "findings are filtered and sorted"() {
    const { page, context } = await open(file);
    const rows = page.locator("#findings-table tbody tr:visible");
    const all = await rows.count();
    assert.equal(all, story.findings.length);
    if (all === 0) return context.close();
    const choose = (name, value) => page.locator(`#filters [name=${name}]`).selectOption(value);
    const count = async (wanted) => assert.equal(await rows.count(), story.findings.filter(wanted).length);
    await choose("state", "open");
    await count((f) => !f.fixed);
    await choose("severity", "error");
    await count((f) => !f.fixed && f.severity === "error");
    await page.locator("#filters button[type=reset]").click();
    await page.waitForFunction((all) => document.getElementById("shown").textContent === `${all} of ${all} shown`, all);
    const { rule } = story.findings[0];
    await choose("rule", rule);
    await count((f) => f.rule === rule);
    await choose("rule", "");
    const author = await page.locator("#filters [name=author] option").nth(1).getAttribute("value");
    await choose("author", author);
    for (const row of await rows.all())
      assert.ok([await row.getAttribute("data-introduced"), await row.getAttribute("data-fixed")].includes(author));
    await choose("author", "");
    await page.locator("#filters [name=words]").fill("no such words");
    await count(() => false);
    await page.locator("#filters [name=words]").fill("");

    const head = page.locator("#findings-table thead th").last();
    const days = () => page.locator("#findings-table tbody tr td:last-child").allTextContents();
    const sorted = (list) => list.map(Number).filter((n) => !Number.isNaN(n));
    await head.locator("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    const up = sorted(await days());
    assert.deepEqual(up, [...up].sort((a, b) => a - b));
    await head.locator("button").focus();
    await page.keyboard.press("Enter");
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    const down = sorted(await days());
    assert.deepEqual(down, [...down].sort((a, b) => b - a));
    await context.close();
  },

  async "Enter on a cell shows the finding with its lines and its change"() {
    const { page, context } = await open(file);
    const chips = page.locator("[data-view=today] a.chip");
    if ((await chips.count()) > 0) {
      const chip = chips.first();
      const target = (await chip.getAttribute("href")).slice(1);
      const evidence = page.locator(`[id="${target}"] .evidence > div`);
      const folds = (await evidence.count()) > 0;
      if (folds) assert.ok(!(await evidence.isVisible()));
      await chip.focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction((id) => document.activeElement.id === id, target);
      assert.ok(await page.locator(`[id="${target}"]`).isVisible());
      if (folds) assert.ok(await evidence.isVisible());
    }
    const buttons = page.locator(".switch button");
    if ((await buttons.count()) > 0) {
      await buttons.last().focus();
      await page.keyboard.press("Space");
      assert.equal(await buttons.last().getAttribute("aria-pressed"), "true");
      assert.ok(await page.locator("#matrix-landed").isVisible());
      assert.ok(!(await page.locator("#matrix-today").isVisible()));
    }
    await context.close();
  },

  async "a deep link leads to an OKEP and unfolds it"() {
    const okep = story.okeps.find((okep) => okep.number && (okep.errors || okep.warnings));
    if (!okep) return;
    const { page, context } = await open(file, {}, `#okep-${okep.number}`);
    const section = page.locator(`#okep-${okep.number}`);
    await page.waitForFunction((id) => document.activeElement.id === id, `okep-${okep.number}`);
    for (const one of await section.locator(".evidence > div").all()) assert.ok(await one.isVisible());
    await context.close();
  },

  async "axe finds no violation in either theme"() {
    for (const [colorScheme, width] of [["light", 1400], ["dark", 380]]) {
      const { page, context } = await open(file, { colorScheme, viewport: { width, height: 900 } });
      // On a long page, where that takes minutes, what is folded stays so: it is more of the same.
      if (open_findings.length < 40)
        await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run(document));
      const told = violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(" | ")}`);
      assert.deepEqual(told, [], `${colorScheme} at ${width}`);
      await context.close();
    }
  },
};

let failed = false;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok: ${name}`);
  } catch (error) {
    failed = true;
    console.log(`FAILED: ${name}\n${error.stack}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
