import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";
import { ensurePackages } from "./apt.ts";

const PROGRAM = "/usr/bin/chromium-headless-shell";

/** Debian's Chromium without a window, for pages that must be seen in a real browser. Close it when done. */
export async function startChromium(): Promise<Browser> {
  await ensurePackages({ [PROGRAM]: "chromium-headless-shell" });
  // Chromium's sandbox refuses root, and what is opened here is made here.
  return chromium.launch({ executablePath: PROGRAM, args: ["--no-sandbox"] });
}
