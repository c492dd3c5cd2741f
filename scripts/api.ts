// node scripts/api.ts [--check]: writes the public surface of every published package to etc/, one report per entry
// file, from the built declarations. With --check it writes nothing and fails for a report that is out of date.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";

const root = fileURLToPath(new URL("../", import.meta.url));
const etc = join(root, "etc");
const scratch = join(root, "node_modules/.cache/api");
const check = process.argv.includes("--check");

mkdirSync(etc, { recursive: true });
const reports: ExtractorConfig[] = [];
for (const name of readdirSync(join(root, "packages")).sort()) {
  const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
  for (const [subpath, target] of Object.entries<string | { types?: string }>(manifest.exports ?? {})) {
    // What is internal is not covered by semver.
    if (typeof target === "string" || target.types === undefined || subpath === "./internal") continue;
    const report = subpath === "." ? name : `${name}-${subpath.slice(2).replaceAll("/", "-")}`;
    reports.push(configOf(join(root, "packages", name), target.types, report));
  }
}
const [first, ...others] = reports;
if (first === undefined) throw new Error("no package exports types");
// One program for all entries: what they share is parsed and checked once.
const compilerState = CompilerState.create(first, {
  additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
});
const wrong: string[] = [];
for (const report of reports) {
  const result = Extractor.invoke(report, { compilerState, localBuild: !check, messageCallback: quiet });
  if (check && result.apiReportChanged) wrong.push(`etc/${basename(report.reportFilePath)}`);
}
const written = new Set(reports.map(({ reportFilePath }) => basename(reportFilePath)));
for (const file of readdirSync(etc)) {
  if (written.has(file)) continue;
  if (check) wrong.push(`etc/${file}`);
  else rmSync(join(etc, file));
}
if (wrong.length > 0) {
  console.error(`api: out of date: ${wrong.join(", ")}; run pnpm api and review the change before you commit it`);
  process.exitCode = 1;
}

/** How one report is made. */
function configOf(folder: string, types: string, report: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      newlineKind: "lf",
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "es2023",
            lib: ["es2024", "esnext.array", "esnext.disposable", "esnext.collection"],
            module: "nodenext",
            moduleResolution: "nodenext",
            strict: true,
            skipLibCheck: true,
            types: ["node"],
          },
          files: [join(folder, types)],
        },
      },
      apiReport: { enabled: true, reportFileName: report, reportFolder: etc, reportTempFolder: scratch },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        // Links to our own pages and angle brackets in prose are for typedoc, which accepts them.
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.None },
          "ae-forgotten-export": { logLevel: ExtractorLogLevel.None },
        },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, "package.json"),
  });
}

/** Prints errors alone; the summary names the reports that are out of date. */
function quiet(message: { logLevel: ExtractorLogLevel; handled: boolean; text: string }): void {
  if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true;
}
