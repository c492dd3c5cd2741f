import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { GRAPHVIZ_PLUGINS } from "./graphviz-plugins.ts";

it("writes the bytes that `dot -c` of Debian 12 writes", () => {
  expect(createHash("sha256").update(GRAPHVIZ_PLUGINS).digest("hex")).toBe(
    "2c2f13d02fc8853a77c2a87761f6167a462c5d48bfe904295867b0289f747c71",
  );
});
