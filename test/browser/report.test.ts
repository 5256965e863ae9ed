import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writeReports } from "../../src/cli/output/eval/files.ts";
import { junitOf } from "../../src/cli/output/eval/junit.ts";
import type { Report } from "../../src/cli/output/eval/report.ts";
import {
  baselineFor,
  comparisonOf,
  metricOf,
  reportOf,
  suiteOf,
} from "../../src/cli/output/eval/results.testkit.ts";
import { type MadeTrial, metric } from "../../src/evals/result/rows.testkit.ts";
import { chromiumFlags, chromiumPath, hasBrowser } from "./chromium.ts";

const evil = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script></script><!-- <b>\u2028`;

const trials: readonly MadeTrial[] = [
  {
    case: "parcel",
    metadata: { language: "en" },
    input: "Where is my parcel?",
    expected: "It arrives on Monday.",
    output: "It arrives on Sunday, 5 May.",
    scores: { accuracy: { score: 0, reason: "the wrong day" } },
  },
  { case: "refund", metadata: { language: "de" }, output: "Yes.", scores: { accuracy: 1 } },
  {
    case: "evil",
    metadata: { language: evil },
    critical: true,
    input: evil,
    output: evil,
    scores: { accuracy: { score: 0.5, reason: evil } },
  },
];

async function sample(): Promise<Report> {
  const start = { slices: ["language"], metrics: [metric("accuracy")] };
  const slice = (value: string) => ({
    field: "language",
    value,
    metrics: [metricOf({ comparison: comparisonOf() })],
  });
  const result = suiteOf({
    start,
    metrics: [metricOf({ comparison: comparisonOf() })],
    slices: ["en", "de", evil].map(slice),
    gate: { passed: false, failures: [`regressed ${evil}`], warnings: [], tooManyFaults: false },
  });
  const changed = { case: "refund", input: "another question" };
  const baseline = await baselineFor([...trials.slice(0, 1), changed], {
    parcel: [1, "It arrives on Monday, 5 May."],
    refund: [0, "No."],
  });
  return reportOf(result, trials, baseline);
}

describe.runIf(hasBrowser)("the HTML report in Chromium (left out where there is none)", () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "seam-report-"));
    browser = await chromium.launch({ executablePath: chromiumPath(), args: [...chromiumFlags] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) complaints.push(`request of ${request.url()}`);
    });
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  async function open(...reports: Report[]): Promise<void> {
    const path = join(folder, "report.html");
    await writeReports({ html: path }, reports);
    await page.goto(pathToFileURL(path).href);
  }

  const cases = (): Promise<string[]> =>
    page.locator(".cases > details > summary > span:first-child").allTextContents();

  test("it opens from a file, with the verdict, the figures and the plots", async () => {
    await open(await sample());
    await page.getByRole("heading", { name: "tickets failed" }).waitFor();
    const row = page.getByRole("row", { name: /^accuracy/ }).first();
    expect(await row.textContent()).toContain("regressed");
    const plots = await page
      .getByRole("img")
      .evaluateAll((all) => all.map((each) => each.getAttribute("aria-label")));
    expect(plots[0]).toBe("Means: accuracy 0.90 (0.815 to 0.948)");
    expect(plots[1]).toContain(
      "scores of 3 cases in ten steps from 0 to 1: 1, 0, 0, 0, 0, 1, 0, 0, 0, 1",
    );
    expect(plots[2]).toContain("language: de 0.90");
    expect(await page.title()).toBe("Evals: tickets");
  });

  test("a case opens by the keyboard, with both answers and the words that differ", async () => {
    await open(await sample());
    const parcel = page.locator("details", { has: page.getByText("parcel", { exact: true }) });
    await parcel.locator("summary").focus();
    await page.keyboard.press("Enter");
    await parcel.getByText("the wrong day").waitFor();
    expect(await parcel.locator("pre").allTextContents()).toEqual([
      "Where is my parcel?",
      "It arrives on Monday.",
      "It arrives on Monday, 5 May.",
      "It arrives on Sunday, 5 May.",
    ]);
    expect(await parcel.locator("del").allTextContents()).toEqual(["Monday"]);
    expect(await parcel.locator("ins").allTextContents()).toEqual(["Sunday"]);
  });

  test("cases are narrowed down by how they did, by slice, and by words in their texts", async () => {
    await open(await sample());
    expect(await cases()).toEqual(["evil", "parcel", "refund"]);
    await page.getByRole("combobox", { name: "Show" }).selectOption("worse than the baseline");
    expect(await cases()).toEqual(["parcel"]);
    await page.getByRole("combobox", { name: "Show" }).selectOption("better than the baseline");
    expect(await cases()).toEqual([]);
    await page.getByRole("combobox", { name: "Show" }).selectOption("failed");
    expect(await cases()).toEqual(["evil", "parcel"]);
    await page.getByRole("combobox", { name: "Slice" }).selectOption("language: en");
    expect(await cases()).toEqual(["parcel"]);
    await page.getByRole("combobox", { name: "Slice" }).selectOption("all");
    await page.getByRole("combobox", { name: "Show" }).selectOption("all");
    await page.getByRole("searchbox", { name: "Search" }).fill("SUNDAY");
    await page.getByText("1 of 3 cases").waitFor();
    expect(await cases()).toEqual(["parcel"]);
    await page.getByRole("searchbox", { name: "Search" }).fill("nowhere");
    await page.getByText("0 of 3 cases").waitFor();
  });

  test("what models and data say is shown, and never run", async () => {
    await open(await sample());
    const line = page.locator(".cases > details").first();
    await line.locator("summary").click();
    await line.getByText("Input").waitFor();
    expect(await line.locator("pre").first().textContent()).toBe(evil);
    await page.getByRole("searchbox", { name: "Search" }).fill("<img src=x");
    await page.getByText("1 of 3 cases").waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.evaluate("window.hit")).toBeUndefined();
  });

  test("what got into the page all the same is neither loaded nor run", async () => {
    await open(await sample());
    const blocked = await page.evaluate(
      `new Promise((done) => {
        const seen = [];
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
          if (seen.push(effectiveDirective) === 3) done(seen.sort());
        });
        const script = document.createElement("script");
        script.textContent = "window.hit = 1";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", '<img src="https://127.0.0.1:9/x" onerror="window.hit = 1">');
      })`,
    );
    expect(blocked).toEqual(["img-src", "script-src-attr", "script-src-elem"]);
    expect(await page.evaluate("window.hit")).toBeUndefined();
    complaints = complaints.filter((text) => !/Content Security Policy|127\.0\.0\.1:9/.test(text));
  });

  test("several suites are a button each; several trials stand below each other", async () => {
    const often = suiteOf({ start: { suite: "tone", trials: 2 } });
    const trial = (trial: number) => ({
      case: "a",
      trial,
      output: `answer ${trial}`,
      scores: { accuracy: 1 },
    });
    await open(await sample(), reportOf(often, [trial(2), trial(1)]));
    await page.getByRole("button", { name: "tone: passed" }).click();
    await page.getByRole("heading", { name: "tone passed" }).waitFor();
    await page.locator(".cases summary").click();
    expect(await page.locator(".cases h4").allTextContents()).toEqual(["Trial 1", "Trial 2"]);
    expect(await page.locator(".cases pre").allTextContents()).toEqual(
      expect.arrayContaining(["answer 1", "answer 2"]),
    );
  });

  test("ten thousand cases are a page at a time, and all of them are searched", async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      case: `case-${String(index).padStart(5, "0")}`,
      output: `answer number ${index} of a model that says a good deal. ${"word ".repeat(100)}`,
      scores: { accuracy: index % 2 },
    }));
    await open(reportOf(suiteOf(), many));
    await page.getByText("10000 of 10000 cases").waitFor();
    expect(await page.locator(".cases > details").count()).toBe(100);
    await page.getByRole("button", { name: "Show more" }).click();
    expect(await page.locator(".cases > details").count()).toBe(200);
    await page.getByRole("searchbox", { name: "Search" }).fill("number 9876 of");
    await page.getByText("1 of 10000 cases").waitFor();
    expect(await cases()).toEqual(["case-09876"]);
  });

  test("the JUnit report is well-formed XML, whatever texts it holds", async () => {
    await open(await sample());
    let xml = "";
    for await (const part of junitOf([await sample()])) xml += part;
    const parsed = await page.evaluate((text) => {
      const { DOMParser } = globalThis as unknown as { DOMParser: new () => Parser };
      const tree = new DOMParser().parseFromString(text, "application/xml");
      const names = [...tree.querySelectorAll("testcase")].map((each) => each.getAttribute("name"));
      return { errors: tree.querySelectorAll("parsererror").length, names };
    }, xml);
    expect(parsed.errors).toBe(0);
    expect(parsed.names).toEqual(["gate", "parcel", "refund", "evil"]);
  });
});

/** What the page's own parser has; this project is not compiled for browsers. */
interface Parser {
  parseFromString(
    text: string,
    type: string,
  ): {
    querySelectorAll(
      path: string,
    ): Iterable<{ getAttribute(name: string): string }> & { length: number };
  };
}
