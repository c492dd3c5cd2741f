// node scripts/release/check-packed.ts: checks each package's tarball: it holds nothing beyond a closed list of files
// and lacks no export, and publint and attw find that Node and TypeScript resolve each export as its manifest declares.
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { type PackedPackage, packedPackages } from "./packed-packages.ts";

const ALLOWED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|schema\/[\w.-]+\.json|dist\/(@imagespec\/)?[\w./-]+\.(js|d\.ts)|dist\/licenses\.txt)$/;
const REQUIRED = ["package.json", "README.md", "LICENSE"];
const METADATA = ["description", "license", "homepage", "repository", "bugs", "engines", "exports", "publishConfig"];
/** Resolutions that do not count, since the packages are ESM only. */
const NOT_ESM = ["node10", "node16-cjs"];

let failed = false;
for (const one of await packedPackages()) {
  console.log(`${one.name}: ${one.files.length} files`);
  for (const fault of [...fileFaults(one), ...(await manifestFaults(one)), ...(await typeFaults(one))]) {
    console.error(`check-packed: ${one.name} ${fault}`);
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;

function fileFaults({ manifest, files }: PackedPackage): string[] {
  const paths = files.map(({ path }) => path);
  const entries = targets([manifest.exports, manifest.bin]).filter((target) => !target.includes("*"));
  const required = [...REQUIRED, ...entries.map((target) => target.replace(/^\.\//, ""))];
  return [
    ...paths.filter((path) => !ALLOWED.test(path) || /\.test\.|\/fixtures\//.test(path)).map((path) => `holds ${path}`),
    ...required.filter((path) => !paths.includes(path)).map((path) => `lacks ${path}`),
    ...METADATA.filter((field) => manifest[field] === undefined).map((field) => `lacks "${field}" in its manifest`),
  ];
}

async function manifestFaults({ tarball }: PackedPackage): Promise<string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
  return messages
    .filter(({ type }) => type === "error")
    .map((message) => `fails publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`);
}

async function typeFaults({ tarball }: PackedPackage): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(tarball));
  // The CLI is a program without exports.
  if (!analysis.types) return [];
  return analysis.problems
    .filter((problem) => !("resolutionKind" in problem && NOT_ESM.includes(problem.resolutionKind)))
    .map((problem) => `fails attw: ${JSON.stringify(problem)}`);
}

/** Every file that `exports` or `bin` names, whatever the conditions. */
function targets(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(targets) : [];
}
