import type { ImageSpecParameters } from "@imagespec/core";
import { optionalText } from "./optional-text.ts";

/** What a Dockerfile says that a spec can say as well. */
export interface DockerfileParts {
  parameters: ImageSpecParameters;
  /** What was left for the author to decide. */
  notes: string[];
}

interface Instruction {
  name: string;
  text: string;
}

/**
 * Reads the obvious parts of a folder's Dockerfile: the base of its last stage, Debian packages, plain `pip install`,
 * variables and entrypoint. Whatever else it does becomes a note.
 */
export async function readDockerfile(folder: string): Promise<DockerfileParts> {
  const found: DockerfileParts = { parameters: {}, notes: [] };
  const text = await optionalText(folder, "Dockerfile");
  if (text === undefined) return found;
  const all = instructionsOf(text);
  const from = all.findLastIndex(({ name }) => name === "FROM");
  if (from === -1) return found;
  if (all.slice(0, from).some(({ name }) => name === "FROM"))
    found.notes.push("Dockerfile: only its last stage was read");
  takeBase(all[from] as Instruction, found);
  for (const instruction of all.slice(from + 1)) takeInstruction(instruction, found);
  return found;
}

/** Instructions with continued lines joined; comments left out. */
function instructionsOf(text: string): Instruction[] {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  return lines
    .join("\n")
    .replaceAll(/\\[ \t]*\n/g, " ")
    .split("\n")
    .flatMap((line) => {
      const [, name, rest] = /^\s*([A-Za-z]+)\s+(.*\S)\s*$/.exec(line) ?? [];
      return name === undefined || rest === undefined ? [] : [{ name: name.toUpperCase(), text: rest }];
    });
}

function takeBase({ text }: Instruction, { parameters, notes }: DockerfileParts): void {
  const image = text.replace(/^--\S+\s+/, "").split(/\s+/)[0] ?? "";
  const [, python] = /(?:^|\/)python:(3\.\d+)/.exec(image) ?? [];
  if (/\$|^scratch$/.test(image)) notes.push(`Dockerfile: left out its base "${image}"`);
  else if (/alpine|distroless|chainguard|wolfi/.test(image)) {
    notes.push(`Dockerfile: "${image}" is replaced by a Debian image, which wheels are made for`);
    if (python !== undefined) parameters.pythonVersion = python;
  } else parameters.baseImage = image;
}

function takeInstruction({ name, text }: Instruction, found: DockerfileParts): void {
  const { parameters, notes } = found;
  if (name === "RUN") for (const command of text.split(/\s*(?:&&|;)\s*/)) takeCommand(command, found);
  else if (name === "ENV") {
    for (const [variable, value] of Object.entries(variablesOf(text))) {
      // A spec's variables refer to the base's value of themselves alone.
      if (/\$/.test(value.replaceAll(new RegExp(`\\$(?:${variable}\\b|\\{${variable}\\})`, "g"), ""))) {
        notes.push(`Dockerfile: left out ENV ${variable}=${value}`);
      } else parameters.env = { ...parameters.env, [variable]: value };
    }
  } else if (name === "ENTRYPOINT" && programOf(text) !== undefined) {
    parameters.entrypoint = JSON.parse(text) as string[];
  } else if (name === "WORKDIR") {
    if (text !== "/root" && !notes.some((note) => note.endsWith(WORKDIR_NOTE))) {
      notes.push(`Dockerfile: ${text}${WORKDIR_NOTE}`);
    }
  } else if (name === "COPY" || name === "ADD") {
    // Sources and requirement files are found by themselves.
  } else if (name !== "LABEL" && name !== "EXPOSE" && name !== "ARG" && !(name === "USER" && text === "flytekit"))
    notes.push(`Dockerfile: left out ${name} ${text}${INSTEAD.get(name) ?? ""}`);
}

/** What a spec has in place of an instruction. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["RUN", "; commands can run it"],
  ["RUN pip install", "; packages, requirements and pipIndex can say what it installs"],
  ["CMD", "; name it in entrypoint, or when a container is started"],
  ["ENTRYPOINT", "; name the program in entrypoint, with its place below /root if it is one of the sources"],
  ["USER", "; containers run as the user flytekit"],
]);

const WORKDIR_NOTE = " becomes /root, where programs start and sources lie";

/** The program of an entrypoint in JSON form, unless it is a file that the Dockerfile copied. */
function programOf(text: string): string | undefined {
  try {
    const [program] = JSON.parse(text) as unknown[];
    return typeof program === "string" && !program.includes("/") ? program : undefined;
  } catch {
    return undefined;
  }
}

function variablesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|\S*)/g)];
  const plain = pairs.length > 0 ? pairs : [...text.matchAll(/^([A-Za-z_]\w*)\s+(.*)$/g)];
  return Object.fromEntries(
    plain.map(([, name = "", value = ""]) => [name, value.replace(/^"(.*)"$/s, "$1").replaceAll(/\\(.)/g, "$1")]),
  );
}

/**
 * What needs no place in a spec: lists are refreshed and removed there anyway, pip is not installed by pip, and a lock
 * is found by itself.
 */
const NEEDLESS =
  /^(?:apt-get\s+(?:-\S+\s+)*(?:update|clean|autoclean|autoremove)\b|rm\s+-rf?\s+\/var\/lib\/apt|set\s+-|uv\s+sync\b|poetry\s+(?:install|config)\b)/;

function takeCommand(command: string, { parameters, notes }: DockerfileParts): void {
  const words = command.replace(/^(?:--\S+\s+)+/, "").split(/\s+/);
  const text = words.join(" ");
  const rest = (after: number) => words.slice(after).filter((word) => !word.startsWith("-"));
  if (text === "" || NEEDLESS.test(text)) return;
  const apt = /^apt(?:-get)?\s+(?:-\S+\s+)*install\b/.test(text);
  const pip = /^(?:python3?\s+-m\s+)?(?:uv\s+)?pip3?\s+install\b/.test(text);
  const listed = rest(words.indexOf("install") + 1).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
  if (apt && !/[$`|<>]/.test(text)) parameters.aptPackages = [...(parameters.aptPackages ?? []), ...listed];
  else if (
    pip &&
    !/[$`|]|\s(?:-\w*[rcei]\w*|--(?:requirement|constraint|editable|index-url|extra-index-url))\b/.test(text)
  ) {
    const packages = listed.filter((word) => word !== "pip" && word !== "." && !/^(?:setuptools|wheel)$/.test(word));
    if (packages.length > 0) parameters.packages = [...(parameters.packages ?? []), ...packages];
  } else if (!(pip && /\s-r\s*requirements\.txt\b/.test(text)))
    notes.push(`Dockerfile: left out RUN ${text}${INSTEAD.get(pip ? "RUN pip install" : "RUN")}`);
}
