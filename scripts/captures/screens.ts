import type { Browser } from "playwright-core";

/** Pages of the docs that are shown as pictures. */
const PAGES = [
  ["home", "/"],
  ["builder", "/builders/uv-micromamba"],
] as const;
/** A phone and a desk, in pixels. */
const WIDTHS = [390, 1300];

/** The first screen of each page, in each width. */
export async function* photographPages(browser: Browser, url: string): AsyncGenerator<{ name: string; png: Buffer }> {
  for (const width of WIDTHS) {
    const page = await browser.newPage({ viewport: { width, height: width < 700 ? 844 : 900 } });
    for (const [name, path] of PAGES) {
      await page.goto(`${url}${path}`, { waitUntil: "networkidle" });
      yield { name: `${name}-${width}`, png: await page.screenshot() };
    }
    await page.close();
  }
}
