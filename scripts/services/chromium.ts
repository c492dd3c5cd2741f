import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";
import { ensurePackages } from "./apt.ts";

const PROGRAM = "/usr/bin/chromium-headless-shell";

/** Debian's Chromium, headless, for pages that need a real browser. Close it when done. */
export async function startChromium(): Promise<Browser> {
  await ensurePackages({ [PROGRAM]: "chromium-headless-shell" });
  // Chromium's sandbox refuses to run as root, and only pages made here are opened.
  return chromium.launch({ executablePath: PROGRAM, args: ["--no-sandbox"] });
}
