/**
 * What every builder keeps, rule by rule. A case names the rule that it checks; docs/testkit.md prints this table.
 */
export const CONTRACT_RULES = {
  type: "A builder has a type made of lower-case letters, digits and dashes",
  outcome: "The outcome states the digest that the registry has under the tag, and what was built",
  reuse: "An image that exists is reused",
  force: "A forced build takes nothing of what it would install from an earlier one",
  time: "The same spec gives the same image whenever it is built",
  output: "An output that is asked for is written, and then nothing is pushed",
  platform: "The image is for the platform that the request names",
  user: "Containers run as flytekit, with its ids and home, in /root",
  files: "Sources and copies arrive with git's modes and belong to the user; what is ignored stays out",
  env: "Every value of env arrives byte for byte, and the base's stay",
  path: "PATH and PYTHONPATH: the environment's part, then the spec's, then the base's",
  packages: "Python packages are in the environment, in the versions that the spec names",
  locks: "A lock decides the versions, whatever newer ones the index has",
  aptPackages: "Debian packages are installed",
  commands: "Commands run last, as root, in /root, in order, with env, files and uv",
  failures: "A command that fails fails the build, with its output, and no tag is left",
  entrypoint: "ENTRYPOINT and CMD: kept, replaced or dropped as the spec says",
  labels: "Labels and _F_IMG_ID say what the image is",
  children: "A child extends the environment of its base",
  bases: "A base's USER and WORKDIR give way, and its other users stay",
  "secret-arrives": "A secret mount's file is there for the installation",
  "secret-image": "A secret is in no layer, config, label or history, and has no part in the tag",
  "secret-events": "A secret is in no event and no outcome",
  "secret-arguments": "A secret is in no command line",
  "secret-errors": "A secret is in no error",
  credentials: "Registries are asked with the credentials of the request",
  mirrors: "Images are read through the mirrors of the request, and keep their names",
  "tag-last": "The tag is pushed after everything that it stands for",
  signal: "A cancelled build ends with E_ABORTED within 5 seconds and leaves no tag",
  "temporary-folders": "A build leaves no temporary folder, whether it succeeds, fails or is cancelled",
  processes: "A build leaves no process, whether it succeeds, fails or is cancelled",
  containers: "A build leaves no container, whether it succeeds, fails or is cancelled",
  refusals: "What a builder does not do it refuses by name before it begins",
} as const;

/** The name of a rule. */
export type ContractRule = keyof typeof CONTRACT_RULES;
