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

Every parameter of a spec and every builder. This page is written from \`tests/matrix/matrix.ts\`, where a test holds each cell:

- **yes**: an image with it was built by that builder, started, and looked into, in the end-to-end tests;
- **yes, checked as text**: what the builder is given says it; no real base or tool of that kind is in reach of the tests;
- **no**: the builder refuses it by name before it begins, and the next one is asked;
- **no effect**: allowed, as it does not change the base image that \`noop\` returns.

| parameter | ${BUILDERS.map((builder) => `\`${builder}\``).join(" | ")} |
|-|${BUILDERS.map(() => "-|").join("")}
${rows.join("\n")}

## Why not

${refusals.join("\n")}
- \`noop\`: it builds nothing, so what would change its base image is refused rather than ignored.

A value may be refused where the parameter is not: \`uv-micromamba\` leaves \`poetry.lock\`, packages from git and source distributions
to others; \`docker-buildx\` without the buildx plug-in builds one platform at a time.
`;
}
