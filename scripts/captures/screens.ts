import type { Browser } from "playwright-core";

/** A phone and a desk, in pixels. */
const WIDTHS = [390, 1300];

/** The first screen of each page, in each width. */
export async function* photographPages(
  browser: Browser,
  pages: Readonly<Record<string, string>>,
): AsyncGenerator<{ name: string; png: Buffer }> {
  for (const width of WIDTHS) {
    const page = await browser.newPage({ viewport: { width, height: width < 700 ? 844 : 900 } });
    for (const [name, url] of Object.entries(pages)) {
      await page.goto(url, { waitUntil: "networkidle" });
      yield { name: `${name}-${width}`, png: await page.screenshot() };
    }
    await page.close();
  }
}
