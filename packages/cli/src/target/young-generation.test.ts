import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const FILE = fileURLToPath(new URL("./young-generation.ts", import.meta.url));

it("keeps the young generation from growing while the work lasts, and no longer", () => {
  const script = `
    import { getHeapSpaceStatistics } from "node:v8";
    import { withSmallYoungGeneration } from ${JSON.stringify(FILE)};
    const size = () => getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size;
    const keepMuch = async () => {
      const kept = Array.from({ length: 1_000_000 }, (_, at) => ({ at }));
      return [size(), kept.length];
    };
    const [during] = await withSmallYoungGeneration(keepMuch);
    const [after] = await keepMuch();
    console.log(JSON.stringify({ during, after }));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  const { during, after } = JSON.parse(output) as Record<"during" | "after", number>;
  expect(during).toBeLessThan(after / 4);
});
