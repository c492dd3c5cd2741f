import { InvalidArgumentError, Option } from "commander";

/** The value of an option that may be given several times, in the order given. */
function several(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function pairs(text: string, before: readonly (readonly [string, unknown])[] = []) {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write it as k=v, such as network=host.");
  return [...before, [text.slice(0, at), jsonOrText(text.slice(at + 1))] as const];
}

/** A value that is JSON (true, 3, ["a"]) is taken as such, anything else as text. */
function jsonOrText(value: string): unknown {
  if (!/^(true|false|null|-?\d+(\.\d+)?|[[{"].*)$/s.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const option = (flags: string, description: string) => () => [new Option(flags, description)];
const repeated = (flags: string, description: string) => () => [new Option(flags, description).argParser(several)];

/** Makes the options of each kind; commander keeps state in them, so every command gets its own. */
export const OPTIONS = {
  target: repeated("--target <NAME>", "take this image of FILE"),
  targets: repeated("--target <NAME>", "take this image of FILE; may be repeated"),
  root: option("--root <DIR>", "start relative paths of the spec from here"),
  engine: option("--engine <NAME>", "docker, podman or nerdctl (default: the first found)"),
  mountSource: option("--mount-source", "mount sources and copied files over those in /root"),
  gpus: option("--gpus <GPUS>", "GPUs that the program sees: all, 2 or device=0"),
  watch: option("--watch", "run again whenever a file changes, until interrupted"),
  initRoot: option("--root <DIR>", "look into this folder, and write the spec there"),
  yes: option("--yes", "ask nothing"),
  id: option("--id <ID>", "use this id, which is part of the tag"),
  platform: option("--platform <OS/ARCH>", "replace the spec's platforms, comma-separated"),
  shownPlatform: option("--platform <OS/ARCH>", "look at the image of this platform (default: this machine's)"),
  insecure: repeated("--insecure-registry <HOST>", "allow http and any certificate for this host; may be repeated"),
  builder: option("--builder <TYPE>", "use this builder or fail"),
  builderOptions: () => [
    new Option("--builder-option <K=V>", "set an option of the builder; may be repeated").argParser(pairs),
  ],
  push: () => [
    new Option("--push", "push the image"),
    new Option("--no-push", "do not push (default: push to the spec's registry)"),
  ],
  output: option("--output <WHERE>", "oci:DIR, docker-archive:FILE or engine"),
  force: option("--force", "build and push even if the image exists"),
  onUnknown: option("--on-unknown <POLICY>", "build, fail or assume when presence is unknown"),
  concurrency: option("--concurrency <N>", "build at most N images at the same time"),
  json: option("--json", "print JSON"),
  html: option("--html", "print one HTML page with a map of layers, packages and files"),
  events: option("--json", "print one event a line, the outcome or error last"),
  trace: option("--trace <FILE>", "write what took how long, in Chrome's trace format"),
  dialect: option("--builder <TYPE>", "kaniko for kaniko's dialect"),
  config: option("--config", "print that of imagespec.config.json and .yaml instead"),
  diff: option("--diff <IMAGE>", "print what sets it apart from this image"),
  against: option("--against <IMAGE>", "compare with this image of a registry, or this tag of the same image"),
  manifests: repeated("-f, --manifest <FILE>", "file, folder or - to resolve; may be repeated"),
  fileReasons: option("--files", "print instead which rule lets each file in or keeps it out"),
  files: option("--files", "list the files of the build context instead"),
} satisfies Record<string, () => Option[]>;

export type OptionName = keyof typeof OPTIONS;
