import type { ImageSpecParameters } from "@imagespec/core";
import { examine } from "../matrix/supported.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SPECS: readonly ImageSpecParameters[] = [
  { condaPackages: ["numpy>=2", "python=3.11"] },
  { condaPackages: ["a b", "c[build='x*']"], condaChannels: ["conda-forge", "bioconda"], pythonVersion: "3.12" },
  { condaChannels: ["https://conda.example.org/channel"], packages: ["six"] },
];

/** What each builder asks of the conda solver: channels and packages as one text. */
export async function condaAsText(): Promise<{
  parameters: readonly ImageSpecParameters[];
  texts: { builder: string; text: string }[];
}> {
  await using folder = await temporaryFolder();
  const texts = [];
  for (const builder of ["uv-micromamba", "docker-buildx", "kaniko"] as const) {
    const asked: string[] = [];
    for (const spec of SPECS) {
      const { text } = await examine(builder, { baseImage: "debian:bookworm-slim", ...spec }, folder.path);
      asked.push(builder === "uv-micromamba" ? fromPlan(text) : fromDockerfile(text));
    }
    texts.push({ builder, text: asked.join("\n") });
  }
  return { parameters: SPECS, texts };
}

interface Asked {
  channels: string[];
  packages: string[];
  pythonVersion?: string;
}

function fromPlan(text: string): string {
  const { environment } = JSON.parse(text).steps;
  const { channels, packages, pythonVersion } = environment as Asked;
  // A package that names Python says which one; else the plan's comes first.
  const isNamed = packages.some((name) => /^python\b/.test(name));
  const python = pythonVersion === undefined || isNamed ? [] : [`python=${pythonVersion}`];
  return [...channels.map((name) => `-c ${name}`), ...python, ...packages].join("\n");
}

function fromDockerfile(text: string): string {
  const asked = /--override-channels \\\n([\s\S]*?)\n\s*; /.exec(text)?.[1] ?? "";
  return asked
    .split("\n")
    .map((line) =>
      line
        .trim()
        .replace(/ \\$/, "")
        .replace(/^'(.*)'$/, "$1")
        .replaceAll(`'\\''`, "'")
        .replaceAll(`'"'"'`, "'"),
    )
    .join("\n");
}
