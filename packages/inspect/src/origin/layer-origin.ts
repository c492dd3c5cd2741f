import type { ImageConfig } from "@imagespec/registry";

/** What put a layer into an image. */
export type Origin = "base" | "apt" | "python" | "conda" | "source" | "files" | "commands" | "other";

export const ORIGINS: readonly Origin[] = ["base", "apt", "python", "conda", "source", "files", "commands", "other"];

/** A layer's line of the history, and the origin that it tells; undefined where its files have to tell it. */
interface LayerHistory {
  title: string;
  origin: Origin | undefined;
}

/** Titles of layers that are written without a Dockerfile. */
const TITLES: readonly [RegExp, Origin][] = [
  [/^Debian packages/, "apt"],
  [/^(?:bytecode by .* of )?conda packages/, "conda"],
  [/^(?:bytecode by |python packages|virtual environment|Python \d|replaced:)/, "python"],
  [/^sourceRoot to /, "source"],
  [/^copy to /, "files"],
  [/^/, "other"],
];
/** What only one step of our Dockerfiles says. */
const OURS: readonly [RegExp, Origin][] = [
  [/commands\[%s\] ended/, "commands"],
  [/aptPackages need apt-get/, "apt"],
  [/^COPY .*source\/ \/root/, "source"],
  [/^COPY .*copy\/ \/root/, "files"],
];
const FOREIGN: readonly [RegExp, Origin][] = [
  [/\b(?:apt-get|apt|apk|dnf|yum) (?:-\S+ )*(?:install|add)\b/, "apt"],
  [/^(?:COPY|ADD)\b/, "files"],
];

/** What the history tells of each layer, from the base upwards. Pure. */
export function layerHistories(config: ImageConfig, count: number): LayerHistory[] {
  const entries = (config.history ?? []).map(({ created_by, empty_layer, comment }) => ({
    text: typeof created_by === "string" ? created_by : "",
    empty: empty_layer === true,
    ours: comment === "imagespec",
  }));
  const layers = entries.filter(({ empty }) => !empty);
  // A history that does not fit says nothing of any layer.
  if (layers.length !== count) return Array.from({ length: count }, () => ({ title: "", origin: undefined }));
  const first = firstOwn(entries);
  const unmarked = first === undefined ? FOREIGN : OURS;
  return layers.map((entry, index) => {
    const title = entry.text
      .replace(/^imagespec: /, "")
      .replaceAll(/\s+/g, " ")
      .trim();
    const isBase = first === undefined ? index === 0 : entries.indexOf(entry) < first;
    const rules = entry.ours ? TITLES : unmarked;
    return { title, origin: isBase ? "base" : rules.find(([pattern]) => pattern.test(title))?.[1] };
  });
}

/** Where our own entries begin; undefined in an image that is not ours. */
function firstOwn(entries: readonly { text: string; ours: boolean }[]): number | undefined {
  const step = entries.findIndex(({ text, ours }) => ours || text.includes("imagespec:%s"));
  if (step < 0) return undefined;
  // In front of the first step our Dockerfiles set account, shell and working directory.
  let first = step;
  while (/^(?:WORKDIR \/root|SHELL |USER 0:0)/.test(entries[first - 1]?.text ?? "")) first--;
  return first;
}

/** The origin that a layer's files tell: whose packages hold most of its bytes. Pure. */
export function originOfFiles(
  files: readonly { path: string; size: number; manager: string | undefined }[],
  title: string,
): Origin {
  const bytes = new Map<Origin, number>();
  for (const { path, size, manager } of files) {
    const origin = manager === "apk" ? "apt" : ((manager as Origin | undefined) ?? originOfPath(path));
    bytes.set(origin, (bytes.get(origin) ?? 0) + size + 1);
  }
  const [most] = [...bytes].sort(([, one], [, other]) => other - one);
  const origin = most?.[0] ?? "other";
  return origin === "other" && /^(?:RUN|\/bin\/sh -c) ?(?!#\(nop\))/.test(title) && !title.includes("imagespec:%s")
    ? "commands"
    : origin;
}

function originOfPath(path: string): Origin {
  if (/^opt\/micromamba\//.test(path)) return "conda";
  if (/^opt\/(?:venv|python)\/|\/site-packages\/|\/dist-packages\//.test(path)) return "python";
  if (/^(?:var\/lib\/(?:dpkg|apt)|var\/cache\/apt|var\/log\/(?:apt|dpkg))/.test(path)) return "apt";
  return "other";
}
