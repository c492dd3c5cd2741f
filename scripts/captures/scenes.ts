import { fileURLToPath } from "node:url";
import type { Session } from "./terminal.ts";

/** A picture of the docs: what is typed and where, and what must be read in it. */
export interface Scene extends Pick<Session, "typed" | "cwd"> {
  name: string;
  /** Arguments of `imagespec` that the reader need not see. */
  unseen?: readonly string[];
  shows: readonly RegExp[];
}

const project = fileURLToPath(new URL("train/", import.meta.url));

/** What builds another image over the same base and Python first, as most machines have done. */
export const EARLIER_COMMAND = { args: ["build", "earlier.yaml", "--force"], cwd: project };

export const SCENES: readonly Scene[] = [
  {
    name: "build",
    typed: "imagespec build",
    unseen: ["--force"],
    cwd: project,
    shows: [/✓ python packages: flask/, /localhost:5000\/train:\S+@sha256:/],
  },
  {
    name: "failure",
    typed: "imagespec build failing.yaml --builder docker-buildx",
    unseen: ["--builder-option", "network=host"],
    cwd: project,
    shows: [/commands\[1\]/, /no-such-program: not found/],
  },
  {
    name: "doctor",
    typed: "imagespec doctor imagespec.yaml",
    cwd: project,
    shows: [/uv-micromamba/, /docker-buildx/],
  },
  {
    name: "inspect",
    typed: "imagespec inspect imagespec.yaml",
    cwd: project,
    shows: [/python +\d.*flask/, /largest files/],
  },
];

/** What prints the page that is shown as a picture. */
export const PAGE_COMMAND = { args: ["inspect", "imagespec.yaml", "--html"], cwd: project };
