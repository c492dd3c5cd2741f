/// <reference lib="dom" />
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";

/** A command typed into a terminal. */
export interface Session {
  /** What the reader sees typed. */
  typed: string;
  /** What runs, by a shell. */
  command: string;
  cwd: string;
  env: Record<string, string>;
  /** Folders of this machine, and what readers see in their place. */
  shownAs: readonly (readonly [folder: string, shown: string])[];
}

/** What a terminal shows in the end. */
export interface Picture {
  text: string;
  png: Buffer;
}

const COLUMNS = 100;
const ROWS = 72;
const asset = (path: string) => fileURLToPath(import.meta.resolve(`@xterm/xterm/${path}`));

/** Runs the session on a terminal of 100 columns, and draws what is on it at the end with xterm.js in the browser. */
export async function drawSession(browser: Browser, session: Session): Promise<Picture> {
  let output = `\x1b[32m$\x1b[0m ${session.typed}\r\n${await runOnTerminal(session)}`;
  for (const [folder, shown] of session.shownAs) output = output.replaceAll(folder, shown);
  // Twice the size, for screens with small pixels.
  const page = await browser.newPage({ deviceScaleFactor: 2, viewport: { width: 1100, height: 1200 } });
  await page.setContent(
    `<body style="margin:0"><div id="t" style="display:inline-block;padding:14px;background:#16181d">`,
  );
  await page.addStyleTag({ path: asset("css/xterm.css") });
  await page.addStyleTag({ content: ".scrollbar { display: none !important }" });
  await page.addScriptTag({ path: asset("lib/xterm.js") });
  const text = await page.evaluate(draw, {
    bytes: Buffer.from(output).toString("base64"),
    columns: COLUMNS,
    rows: ROWS,
  });
  const png = await page.locator("#t").screenshot();
  await page.close();
  return { text, png };
}

/** What the command writes to a terminal; util-linux' script gives it one. */
async function runOnTerminal({ command, cwd, env }: Session): Promise<string> {
  const onTerminal = `stty cols ${COLUMNS} rows ${ROWS}; ${command}`;
  // A user's terminal, in CI as well.
  const { CI: _ci, NO_COLOR: _plain, ...host } = process.env;
  const child = spawn("script", ["-qfec", onTerminal, "/dev/null"], {
    cwd,
    env: { ...host, TERM: "xterm-256color", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  await once(child, "close");
  return Buffer.concat(pieces).toString();
}

/** Runs in the page: writes the bytes to a terminal, and makes it as high as what it then shows. */
async function draw({ bytes, columns, rows }: { bytes: string; columns: number; rows: number }): Promise<string> {
  const { Terminal } = globalThis as unknown as { Terminal: typeof import("@xterm/xterm").Terminal };
  const terminal = new Terminal({
    cols: columns,
    rows,
    fontSize: 14,
    fontFamily: "DejaVu Sans Mono, monospace",
    cursorInactiveStyle: "none",
    theme: { background: "#16181d", foreground: "#e6e6e6" },
  });
  terminal.open(document.getElementById("t") as HTMLElement);
  const data = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  await new Promise<void>((resolve) => terminal.write(data, resolve));
  const { length } = terminal.buffer.active;
  const lines = Array.from({ length }, (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? "");
  while (lines.at(-1) === "") lines.pop();
  terminal.resize(columns, Math.max(lines.length, 1));
  terminal.scrollToTop();
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return lines.join("\n");
}
