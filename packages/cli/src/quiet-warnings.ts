/** Node's warnings about how a spec file was loaded, which do not help its author. */
const QUIET = new Set(["MODULE_TYPELESS_PACKAGE_JSON"]);

/** Keeps Node's remarks about loading TypeScript or modules off standard error; all other warnings stay. */
export function quietWarnings(): void {
  const [print] = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    const { code } = warning as Error & { code?: string };
    if (QUIET.has(code ?? "") || (warning.name === "ExperimentalWarning" && /type stripping/i.test(warning.message)))
      return;
    print?.(warning);
  });
}
