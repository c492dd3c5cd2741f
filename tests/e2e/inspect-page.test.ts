import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type ImageInspection, imagePage } from "@imagespec/inspect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startChromium } from "../../scripts/services/chromium.ts";

const browser = await startChromium();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inspect-page-"));
  await writeFile(join(folder, "page.html"), imagePage(inspection()));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** An image of two layers, whose files have names that would run as a script where they were taken for HTML. */
function inspection(): ImageInspection {
  const layers = (["base", "python"] as const).map((origin, index) => ({
    digest: `sha256:${String(index).repeat(64)}`,
    size: 1000,
    unpacked: 2000,
    origin,
    title: origin === "python" ? "python packages: numpy 2.1.0" : "",
    files: 40,
    packages: [],
  }));
  const files = layers.flatMap(({ digest, origin }) =>
    Array.from({ length: 40 }, (_, index) => ({
      path: `${origin}/lib/</script><img src=x onerror=document.title="ran">-${index}.so`,
      size: 100 + 50 * index,
      layer: digest,
      package: index % 4 === 0 ? undefined : `${origin} package-${index % 4} 1.0`,
      origin,
    })),
  );
  const name = `registry.example/${"long-name-".repeat(12)}app:1`;
  const empty = { origins: [], packages: [], largest: [], wasted: 0, duplicates: [] };
  const report = { reference: name, digest: `sha256:${"0".repeat(64)}`, platform: "linux/amd64", ...empty };
  return { report: { ...report, size: 2000, unpacked: 4000, layers }, files };
}

async function open(options: { width: number; colorScheme?: "light" | "dark" }) {
  const { width, colorScheme = "light" } = options;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const faults: string[] = [];
  const asked: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("request", (request) => asked.push(request.url()));
  const url = pathToFileURL(join(folder, "page.html")).href;
  await page.goto(url);
  return { page, faults, asked, url };
}

test.each([390, 1300])(
  "fits %i pixels, draws every layer, executes no file name and requests nothing",
  async (width) => {
    const { page, faults, asked, url } = await open({ width });
    expect(await page.locator("#map > .cell").count()).toBe(2);
    expect(await page.locator(".cell").count()).toBeGreaterThan(50);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const areas = await page
      .locator("#map > .cell")
      .evaluateAll((cells) =>
        cells.map((cell) => cell.getBoundingClientRect().width * cell.getBoundingClientRect().height),
      );
    // Visibly the same size.
    expect((areas[0] ?? 0) / (areas[1] ?? 1)).toBeCloseTo(1, 1);
    expect(await page.title()).toContain("registry.example");
    expect([faults, asked]).toEqual([[], [url]]);
    await page.close();
  },
);

test("the keyboard moves through the map, into a part and back", async () => {
  const { page } = await open({ width: 1300 });
  const focused = () => page.evaluate("document.activeElement.getAttribute('aria-label')");
  await page.locator("#map > .cell").first().focus();
  const first = await focused();
  expect(first).toMatch(/50\.0 % of the image$/);
  await page.keyboard.press("ArrowRight");
  expect(await focused()).not.toBe(first);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toContain("package-");
  await page.keyboard.press("ArrowUp");
  expect(await focused()).toBe(first);
  await page.keyboard.press("Enter");
  expect(await page.locator("#trail button").allTextContents()).toHaveLength(2);
  expect(await page.locator("#map > .cell").count()).toBe(4);
  await page.keyboard.press("Escape");
  expect(await page.locator("#map > .cell").count()).toBe(2);
  await page.close();
});

test("the search marks what it finds and leads to it", async () => {
  const { page } = await open({ width: 1300 });
  await page.keyboard.press("/");
  await page.keyboard.type("PYTHON package-2");
  expect(await page.locator("#about").textContent()).toBe("1 match");
  const hits = await page.locator(".cell.hit").evaluateAll((cells) => cells.map((cell) => cell.ariaLabel));
  expect(hits.length).toBe(11);
  expect(hits[0]).toContain("python package-2 1.0");
  await page.locator("#results button").click();
  expect((await page.locator("#trail button").allTextContents()).at(-1)).toBe("python package-2 1.0");
  expect(await page.locator("#map > .cell").count()).toBe(10);
  await page.close();
});

test("has its own colours in dark mode", async () => {
  const background = async (colorScheme: "light" | "dark") => {
    const { page } = await open({ width: 1300, colorScheme });
    const colors = await page.evaluate(
      "[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.querySelector('.cell')).backgroundColor]",
    );
    await page.close();
    return colors as string[];
  };
  const [light, dark] = [await background("light"), await background("dark")];
  expect(light[0]).toBe("rgb(255, 255, 255)");
  expect(dark.every((color, index) => color !== light[index])).toBe(true);
});
