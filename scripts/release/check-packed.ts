// node scripts/release/check-packed.ts: what each package's tarball holds, by a closed list; and that every export is in.
import { packedFiles } from "./packed-files.ts";
import { publishedPackages } from "./published-packages.ts";

const ALLOWED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|schema\/[\w.-]+\.json|dist\/[\w./-]+\.(js|d\.ts)|dist\/licenses\.txt)$/;
const REQUIRED = ["package.json", "README.md", "LICENSE"];
const METADATA = ["description", "license", "homepage", "repository", "bugs", "engines", "exports", "publishConfig"];

const faults = publishedPackages().flatMap(({ name, folder, manifest }) => {
  const files = packedFiles(folder).map(({ path }) => path);
  const entries = targets([manifest.exports, manifest.bin]).filter((target) => !target.includes("*"));
  const required = [...REQUIRED, ...entries.map((target) => target.replace(/^\.\//, ""))];
  console.log(`${name}: ${files.length} files`);
  return [
    ...files.filter((file) => !ALLOWED.test(file) || /\.test\.|\/fixtures\//.test(file)).map((file) => `holds ${file}`),
    ...required.filter((file) => !files.includes(file)).map((file) => `lacks ${file}`),
    ...METADATA.filter((field) => manifest[field] === undefined).map((field) => `lacks "${field}" in its manifest`),
  ].map((fault) => `${name} ${fault}`);
});
for (const fault of faults) console.error(`check-packed: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** Every file that `exports` or `bin` names, whatever the conditions. */
function targets(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(targets) : [];
}
