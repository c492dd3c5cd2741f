import type { OptionName } from "./options.ts";

/** What the help says of a command, and what the command takes. */
interface CommandUsage {
  summary: string;
  /** Whether it takes FILE. */
  file: boolean;
  /** What FILE is, where it is not a spec file: its name in the help, and what may be given. */
  argument?: readonly [name: string, description: string];
  /** The words that it may be, where those are all. */
  values?: readonly string[];
  /** Whether `-- COMMAND...` may follow. */
  program?: boolean;
  options: readonly OptionName[];
  /** A command line each, and what it does. */
  examples: readonly (readonly [commandLine: string, does: string])[];
}

const IDENTITY = ["root", "id", "platform"] as const;
const ONE_IMAGE = ["target", ...IDENTITY] as const;
const SEVERAL_IMAGES = ["targets", ...IDENTITY] as const;

/** The commands, in the order of the help. */
const COMMANDS = {
  build: {
    summary: "build the image unless it exists; print its reference",
    file: true,
    options: [
      ...SEVERAL_IMAGES,
      "insecure",
      "builder",
      "builderOptions",
      "push",
      "output",
      "force",
      "onUnknown",
      "concurrency",
      "events",
      "trace",
    ],
    examples: [
      ["imagespec build", "build the images of imagespec.* in this folder, bases first"],
      ["imagespec build app.yaml --output oci:out", "write an OCI image layout and push nothing"],
      ["imagespec build --builder kaniko --builder-option mode=docker", "choose a builder and set one of its options"],
    ],
  },
  tag: {
    summary: "print the tag",
    file: true,
    options: [...SEVERAL_IMAGES, "json"],
    examples: [
      ["imagespec tag app.yaml", "print the tag of one spec"],
      ["generate-spec | imagespec tag - --root src", "read the spec from standard input"],
    ],
  },
  exists: {
    summary: "print present, absent or unknown (exit 0, 3, 4)",
    file: true,
    options: [...SEVERAL_IMAGES, "insecure", "json"],
    examples: [["imagespec exists || imagespec build", 'build only where the answer is not "present"']],
  },
  render: {
    summary: "print the Dockerfile",
    file: true,
    options: [...ONE_IMAGE, "dialect", "files"],
    examples: [
      ["imagespec render > Dockerfile", "write the Dockerfile that docker-buildx builds"],
      ["imagespec render --files", "see what the build context holds"],
    ],
  },
  plan: {
    summary: "print the build plan as JSON",
    file: true,
    options: ONE_IMAGE,
    examples: [["imagespec plan --platform linux/arm64", "plan for another platform"]],
  },
  explain: {
    summary: "print what the tag is made of and what changed",
    file: true,
    options: [...ONE_IMAGE, "against", "fileReasons", "insecure", "json"],
    examples: [
      ["imagespec explain --target train", "see why the tag of one image moved since it was last built here"],
      ["imagespec explain --against registry.example/team/train:latest", "compare with an image in a registry"],
      ["imagespec explain --files | grep ^out", "see what is left out, and by which line of which ignore file"],
    ],
  },
  resolve: {
    summary: "print manifests with the images they name built and pinned",
    file: true,
    argument: ["FILE", "manifest or folder, the same as -f FILE"],
    options: [
      "manifests",
      "root",
      "platform",
      "insecure",
      "builder",
      "builderOptions",
      "force",
      "onUnknown",
      "concurrency",
      "json",
    ],
    examples: [
      ["imagespec resolve -f k8s/ | kubectl apply -f -", "deploy what imagespec://FILE#TARGET stands for"],
      ["imagespec resolve -f compose.yaml | docker compose -f - up", "the same for a compose file"],
    ],
  },
  inspect: {
    summary: "print what an image is made of",
    file: true,
    argument: ["IMAGE", "reference, oci:FOLDER, docker-archive:FILE, engine:NAME or spec FILE"],
    options: ["diff", "target", "root", "shownPlatform", "insecure", "json", "html"],
    examples: [
      ["imagespec inspect localhost:5000/train:1", "print layers, packages and largest files"],
      [
        "imagespec inspect app.yaml --html > image.html",
        "look at it in a browser: a map of layers, packages and files",
      ],
      ["imagespec inspect imagespec.yaml --diff localhost:5000/train:1", "compare the built spec with an image"],
    ],
  },
  run: {
    summary: "run a program in the image, built if need be",
    file: true,
    program: true,
    options: [
      ...ONE_IMAGE,
      "insecure",
      "builder",
      "builderOptions",
      "onUnknown",
      "engine",
      "mountSource",
      "gpus",
      "watch",
    ],
    examples: [
      ["imagespec run -- python -m app", "run a program; its exit code is the command's"],
      ["imagespec run app.yaml --mount-source -- pytest", "with this machine's sources in place of the image's"],
      ["imagespec run --watch --mount-source -- pytest", "again whenever a file is saved"],
    ],
  },
  shell: {
    summary: "open a shell in the image, built if need be",
    file: true,
    options: [...ONE_IMAGE, "insecure", "builder", "builderOptions", "onUnknown", "engine", "mountSource", "gpus"],
    examples: [["imagespec shell --target train", "look around in one image"]],
  },
  init: {
    summary: "write a first spec from what it finds in this folder",
    file: false,
    options: ["initRoot", "yes"],
    examples: [["imagespec init --yes && imagespec build", "a first image without a question"]],
  },
  builders: {
    summary: "list the installed builders without running them",
    file: false,
    options: ["json"],
    examples: [["imagespec builders --json", "list them for a script"]],
  },
  doctor: {
    summary: "ask every builder whether it can work here",
    file: true,
    argument: ["FILE", "spec file to ask about, or - for standard input (default: this machine alone)"],
    options: [...ONE_IMAGE, "insecure", "builder", "builderOptions", "json"],
    examples: [
      ["imagespec doctor", "check this machine"],
      ["imagespec doctor app.yaml --builder kaniko", "check whether that builder can build this spec"],
    ],
  },
  schema: {
    summary: "print the JSON Schema of spec files",
    file: false,
    options: ["config"],
    examples: [["imagespec schema > imagespec.schema.json", "let an editor check and complete spec files"]],
  },
  completion: {
    summary: "print the completion script of a shell",
    file: true,
    argument: ["SHELL", "bash, zsh or fish"],
    values: ["bash", "zsh", "fish"],
    options: [],
    examples: [
      ["imagespec completion bash > /etc/bash_completion.d/imagespec", "for bash"],
      ["imagespec completion fish > ~/.config/fish/completions/imagespec.fish", "for fish"],
      ["imagespec completion zsh > ~/.zfunc/_imagespec", "for zsh, where ~/.zfunc is in fpath"],
    ],
  },
} satisfies Record<string, CommandUsage>;

export type CommandName = keyof typeof COMMANDS;

/** The commands as pairs, typed as what they have in common. */
export const commandUsages = Object.entries(COMMANDS) as [CommandName, CommandUsage][];
