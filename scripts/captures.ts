// pnpm captures [FOLDER]: makes the pictures of the docs in docs/public/captures: terminals from what the commands
// print, and pages from what a browser shows.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { execa } from "execa";
import { EARLIER_COMMAND, PAGE_COMMAND, SCENES } from "./captures/scenes.ts";
import { photographPages } from "./captures/screens.ts";
import { serveSite } from "./captures/serve-site.ts";
import { drawSession } from "./captures/terminal.ts";
import { startChromium } from "./services/chromium.ts";
import { startPythonMirror } from "./services/python-mirror.ts";
import { ensureServices, serviceEnvironment } from "./services/services.ts";

const folder = process.argv[2] ?? fileURLToPath(new URL("../docs/public/captures/", import.meta.url));
const root = fileURLToPath(new URL("../", import.meta.url));
const program = join(root, "scripts/imagespec");

const services = await ensureServices();
const python = await startPythonMirror();
const cache = await mkdtemp(join(tmpdir(), "imagespec-captures-"));
const env = {
  ...serviceEnvironment(services),
  UV_PYTHON_DOWNLOADS_JSON_URL: python.downloadsJsonUrl,
  IMAGESPEC_CACHE_DIR: cache,
};
/** The pictures show a user's machine: a project with its packages installed, and tools where users have them. */
const shownAs = [
  [join(root, "packages/"), "/project/node_modules/@imagespec/"],
  [services.tools, "/usr/local/bin"],
  [root, "/project/"],
] as const;
const browser = await startChromium();
await mkdir(folder, { recursive: true });
// The first call in a clone installs and builds, which belongs in no picture.
await execa(program, ["--version"], { env });
await execa(program, EARLIER_COMMAND.args, { cwd: EARLIER_COMMAND.cwd, env });
try {
  for (const { name, typed, unseen = [], cwd, shows } of SCENES) {
    const command = [typed.replace(/^imagespec/, program), ...unseen].join(" ");
    const { text, png } = await drawSession(browser, { typed, command, cwd, env, shownAs });
    const missing = shows.filter((one) => !one.test(text));
    if (missing.length > 0) throw new Error(`the picture ${name} does not show ${missing.join(", ")}:\n${text}`);
    await writeFile(join(folder, `${name}.png`), png);
    console.log(`captures: ${name}.png, ${text.split("\n").length} lines`);
  }
  const inspected = join(cache, "inspect.html");
  await writeFile(inspected, (await execa(program, PAGE_COMMAND.args, { cwd: PAGE_COMMAND.cwd, env })).stdout);
  await photograph({ "inspect-page": pathToFileURL(inspected).href });
  // The site shows the pictures made so far, and its build fails without them.
  await using site = await serveSite();
  await photograph({ home: `${site.url}/`, builder: `${site.url}/builders/uv-micromamba` });
} finally {
  await browser.close();
  await python.close();
  await rm(cache, { recursive: true, force: true });
}

async function photograph(pages: Readonly<Record<string, string>>): Promise<void> {
  for await (const { name, png } of photographPages(browser, pages)) {
    await writeFile(join(folder, `${name}.png`), png);
    console.log(`captures: ${name}.png`);
  }
}
