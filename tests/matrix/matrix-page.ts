import { BUILDERS, type BuilderName, type Cell } from "./cell.ts";
import { MATRIX } from "./matrix.ts";

const WORDS: Record<Cell["status"], string> = {
  built: "yes",
  text: "yes, checked as text",
  refused: "no",
  adopted: "no effect",
};

/** docs/guide/matrix.md, from the table and from what builders answer. */
export function matrixPage(reasons: Readonly<Record<string, string>>): string {
  const rows = Object.entries(MATRIX).map(([parameter, { cells }]) => {
    const words = BUILDERS.map((builder) => WORDS[cells[builder].status]);
    return `| \`${parameter}\` | ${words.join(" | ")} |`;
  });
  const refusals = BUILDERS.filter((builder) => builder !== "noop").flatMap((builder: BuilderName) =>
    Object.entries(MATRIX)
      .filter(([, { cells }]) => cells[builder].status === "refused")
      .map(([parameter]) => `- \`${builder}\`, \`${parameter}\`: ${reasons[`${builder} ${parameter}`]}.`),
  );
  return `# What each builder can do

Every parameter of a spec for every builder. This page is generated from \`tests/matrix/matrix.ts\`, and a test backs each cell:

- **yes**: in the end-to-end tests the builder built an image with it, which was started and inspected;
- **yes, checked as text**: only the builder's input is checked, because the tests have no real base image or tool of that kind;
- **no**: the builder refuses it by name before it begins, and the next one is asked;
- **no effect**: allowed, because it does not change the base image that \`noop\` returns.

| parameter | ${BUILDERS.map((builder) => `\`${builder}\``).join(" | ")} |
|-|${BUILDERS.map(() => "-|").join("")}
${rows.join("\n")}

## Why not

${refusals.join("\n")}
- \`noop\`: it builds nothing, so what would change its base image is refused rather than ignored.

A builder may support a parameter but refuse some of its values: \`uv-micromamba\` leaves packages from git and source
distributions to others unless its option [\`sourceDistributions\`](../builders/uv-micromamba.md#source-distributions) is
\`"build"\`; \`docker-buildx\` without the buildx plug-in builds one platform at a time.
`;
}
