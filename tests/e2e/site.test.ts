import { execFileSync } from "node:child_process";
import { afterAll, expect, test } from "vitest";
import { serveSite } from "../../scripts/captures/serve-site.ts";
import { startChromium } from "../../scripts/services/chromium.ts";
import { ROOT } from "../architecture/source-file.ts";

const browser = await startChromium();
const site = await serveSite();
afterAll(async () => {
  await browser.close();
  await site[Symbol.asyncDispose]();
});

const pages = execFileSync("git", ["ls-files", "docs/*.md"], { cwd: ROOT, encoding: "utf8" })
  .trim()
  .split("\n")
  .map((path) => path.slice("docs".length, -".md".length).replace(/\/index$/, "/"));

/** A phone and a desk. */
test.each([390, 1300])("at %i pixels no page is wider than the screen, and none reports an error", async (width) => {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const faults: string[] = [];
  page.on("console", (message) => message.type() === "error" && faults.push(`${page.url()}: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
  page.on("response", (response) => response.status() >= 400 && faults.push(`${response.url()}: ${response.status()}`));
  const wide: string[] = [];
  for (const path of pages) {
    await page.goto(`${site.url}${path}`, { waitUntil: "load" });
    const { scrollWidth, title } = (await page.evaluate(
      "({ scrollWidth: document.documentElement.scrollWidth, title: document.title })",
    )) as { scrollWidth: number; title: string };
    expect(title).toContain("imagespec");
    if (scrollWidth > width) wide.push(`${path}: ${scrollWidth}`);
  }
  await page.close();
  expect(pages.length).toBeGreaterThan(25);
  expect({ faults, wide }).toEqual({ faults: [], wide: [] });
});

test("llms.txt lists the pages for programs that read", async () => {
  const list = await (await fetch(`${site.url}/llms.txt`)).text();
  for (const page of ["tutorial", "parameters", "identity"]) expect(list).toContain(`${page}.md`);
});
