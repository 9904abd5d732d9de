// Opens an HTML report as a person would and prints what is seen, as JSON; the tests judge (tests/test_html.py).
//
//   node look.mjs PACKAGES CHROMIUM WHAT FILE [MORE...]
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [packages, chromiumPath, what, file, ...more] = process.argv.slice(2);
const { chromium } = createRequire(join(packages, "package.json"))("playwright-core");

const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

/** A page with `file` open, and all that went wrong or left the file so far; `never`: the browser is never idle. */
async function open(path, { never = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000); // a machine may be busy; no test measures this
  const trouble = { errors: [], requests: [], violations: [], dialogs: [] };
  page.on("console", (message) => message.type() === "error" && trouble.errors.push(message.text()));
  page.on("pageerror", (error) => trouble.errors.push(String(error)));
  page.on("request", (request) => request.url() !== pathToFileURL(path).href && trouble.requests.push(request.url()));
  page.on("dialog", async (dialog) => {
    trouble.dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  if (never) await page.addInitScript(() => (window.requestIdleCallback = () => 0));
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(pathToFileURL(path).href);
  // What is far from the window is drawn once the browser has nothing else to do.
  if (!never) await page.waitForFunction(() => document.querySelector(".later") === null);
  await page.waitForTimeout(100);
  return { page, context, trouble };
}

async function finish({ page, context, trouble }, seen) {
  trouble.violations = await page.evaluate(() => window.violations ?? []);
  seen.hacked = await page.evaluate(() => window.hacked ?? null);
  await context.close();
  return { ...seen, ...trouble };
}

const texts = (page, selector) => page.locator(selector).allInnerTexts();

/** The frames of the flame graph in section `id`: name, value, depth, x and width on the screen. */
const flameFrames = (page, id) =>
  page.evaluate((section) => {
    const groups = [...document.querySelectorAll(`#${section} .flame g.frame`)];
    return groups.map((group) => {
      const node = group.__data__;
      return {
        name: group.getAttribute("name"),
        value: node.data.value,
        depth: node.depth,
        width: group.querySelector("rect").getBoundingClientRect().width,
        fill: group.querySelector("rect").getAttribute("fill"),
      };
    });
  }, id);

const looks = {
  /** What stands there, without touching anything. */
  async read() {
    const opened = await open(file);
    const { page } = opened;
    const seen = {
      heading: await page.locator("h1").innerText(),
      health: await page.locator(".health").innerText(),
      titles: await texts(page, "article.finding h3"),
      badges: await texts(page, "article.finding .badge"),
      ids: await texts(page, "article.finding .id"),
      evidence: await texts(page, "article.finding .evidence li"),
      advice: await texts(page, "article.finding .advice"),
      links: await page.locator("a.place").evaluateAll((links) => links.map((link) => link.href)),
      sections: await texts(page, "main h2"),
      states: await page.locator(".states .state").evaluateAll((parts) =>
        parts.map((part) => ({ count: Number(part.dataset.count), width: part.getBoundingClientRect().width })),
      ),
      stateBarWidth: await page.locator(".states").evaluate((bar) => bar.clientWidth).catch(() => 0),
      charts: await page.locator(".chart canvas").count(),
      settings: await texts(page, ".settings li"),
      remarks: await texts(page, ".remarks li"),
      elements: await page.evaluate(() => document.querySelectorAll("*").length),
      goroutineFrames: await flameFrames(page, "goroutines"),
      heapFrames: await flameFrames(page, "memory"),
      text: await page.locator("body").innerText(),
    };
    return finish(opened, seen);
  },

  /** The flame graph: hover, search, zoom, keys, growth. */
  async flame() {
    const opened = await open(file);
    const { page } = opened;
    const view = page.locator("#goroutines .flame-view");
    const details = view.locator(".flame-details");
    const before = await flameFrames(page, "goroutines");
    const deepest = before.filter(({ width }) => width > 40).sort((a, b) => b.depth - a.depth)[0];
    const group = view.locator(`g.frame[name=${JSON.stringify(deepest.name)}]`).first();
    await group.hover();
    const seen = { before, deepest, hovered: await details.innerText() };
    await group.click();
    await page.waitForTimeout(200);
    seen.zoomed = await flameFrames(page, "goroutines");
    await view.getByRole("button", { name: "Show all" }).click();
    await page.waitForTimeout(200);
    seen.reset = await flameFrames(page, "goroutines");
    await view.getByRole("searchbox").fill(more[0]);
    await page.waitForTimeout(100);
    seen.found = await view.locator(".found").innerText();
    seen.searched = await flameFrames(page, "goroutines");
    await view.getByRole("searchbox").fill("");
    await view.locator(".flame").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    seen.walked = await details.innerText();
    seen.outlined = await view.locator("g.frame.current").count();
    await page.keyboard.press("Enter");
    await page.waitForTimeout(100);
    await page.keyboard.press("Escape");
    await page.waitForTimeout(200);
    seen.escaped = await flameFrames(page, "goroutines");
    await view.getByRole("button", { name: "By growth" }).click();
    await page.waitForTimeout(200);
    seen.growth = await flameFrames(page, "goroutines");
    seen.growthLegend = await view.locator(".legend li").allInnerTexts();
    return finish(opened, seen);
  },

  /** The heap's flame graph in its three ways. */
  async heap() {
    const opened = await open(file);
    const { page } = opened;
    const view = page.locator("#memory .flame-view");
    const seen = { bytes: await flameFrames(page, "memory") };
    for (const [key, name] of [["objects", "Objects"], ["growth", "Growth"]]) {
      await view.getByRole("button", { name, exact: true }).click();
      await page.waitForTimeout(200);
      seen[key] = await flameFrames(page, "memory");
    }
    return finish(opened, seen);
  },

  /** The table of goroutine sites: rows in the DOM, filter, order, scrolling, a row's stack. */
  async table() {
    const opened = await open(file);
    const { page } = opened;
    const table = page.locator("#goroutines .table");
    const rows = () => table.locator("tr.row").evaluateAll((found) => found.map((row) => [...row.cells].map((cell) => cell.innerText)));
    const seen = { elements: await page.evaluate(() => document.querySelectorAll("*").length) };
    seen.tally = await table.locator(".tally").innerText();
    seen.rows = await rows();
    await table.getByRole("searchbox").fill(more[0]);
    seen.filteredTally = await table.locator(".tally").innerText();
    seen.filtered = await rows();
    await table.getByRole("searchbox").fill("");
    await table.locator("th button").first().click();
    seen.rising = await rows();
    seen.order = await table.locator("th").first().getAttribute("aria-sort");
    await table.locator(".scroller").evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight));
    await page.waitForTimeout(150);
    seen.end = await rows();
    await table.getByRole("button", { name: /Show the stack/ }).last().click();
    seen.stack = await table.locator(".panel").innerText();
    return finish(opened, seen);
  },

  /** Backgrounds by the system's scheme and by the switch. */
  async theme() {
    const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await open(file, { colorScheme: "light" });
    const seen = { light: await background(light.page) };
    await light.page.getByRole("button", { name: "Dark" }).click();
    seen.switched = await background(light.page);
    seen.words = await light.page.locator("button.theme").innerText();
    const dark = await open(file, { colorScheme: "dark" });
    seen.dark = await background(dark.page);
    await dark.context.close();
    return finish(light, seen);
  },

  /** What is drawn of the far parts in a browser that is never idle: at first, for paper, by a link, by scrolling. */
  async later() {
    const drawn = (page) =>
      page.evaluate(() => ({
        empty: document.querySelectorAll(".later").length,
        findings: document.querySelectorAll("article.finding").length,
        charts: document.querySelectorAll("#memory .chart canvas").length,
        frames: document.querySelectorAll("#memory .flame g.frame").length,
        rows: document.querySelectorAll("#memory tr.row").length,
      }));
    const paper = await open(file, { never: true });
    const seen = { first: await drawn(paper.page) };
    await paper.page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    seen.paper = await drawn(paper.page);
    await paper.context.close();
    const link = await open(file, { never: true });
    await link.page.getByRole("link", { name: "Memory" }).click();
    await link.page.waitForTimeout(200);
    seen.link = await drawn(link.page);
    seen.top = await link.page.locator("#memory").evaluate((section) => section.getBoundingClientRect().top);
    await link.context.close();
    const wheel = await open(file, { never: true });
    for (let i = 0; i < 40; ++i) {
      await wheel.page.mouse.wheel(0, 400);
      await wheel.page.waitForTimeout(50);
    }
    seen.scrolled = await drawn(wheel.page);
    return finish(wheel, seen);
  },

  /** What a reader without JavaScript sees. */
  async plain() {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    return { text: await page.locator("body").innerText(), findings: await page.locator("section.finding").count() };
  },

  /** Milliseconds to open each file, each several times in turn: until loaded and drawn. */
  async time() {
    const times = {};
    for (let round = 0; round < 15; ++round) {
      for (const path of [file, ...more]) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
        const page = await context.newPage();
        const start = performance.now();
        await page.goto(pathToFileURL(path).href);
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        (times[path] ??= []).push(performance.now() - start);
        await context.close();
      }
    }
    return times;
  },

  /** Pictures of the page: desktop in light and dark, on paper, on a phone. */
  async shoot() {
    const [folder, name] = more;
    const shot = async (suffix, options, paper) => {
      const { page, context } = await open(file, options);
      if (paper) {
        await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
        await page.emulateMedia({ media: "print" });
        await page.waitForTimeout(200);
      }
      await page.screenshot({ path: join(folder, `${name}-${suffix}.png`), fullPage: true });
      await context.close();
    };
    await shot("light", { colorScheme: "light" });
    await shot("dark", { colorScheme: "dark" });
    await shot("print", { viewport: { width: 794, height: 1123 } }, true);
    await shot("narrow", { viewport: { width: 390, height: 844 } });
    return { size: readFileSync(file).length };
  },
};

try {
  console.log(JSON.stringify(await looks[what]()));
} finally {
  await browser.close();
}
