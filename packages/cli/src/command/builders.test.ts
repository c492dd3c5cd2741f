import { expect, it } from "vitest";
import { warningLines } from "./builders.ts";

const none = { candidates: [], diagnostics: [] };

it("says what to install where no builder is, and not where they are left out", () => {
  expect(warningLines(none, {})).toMatch(/^warning: no builder is installed\n {2}hint: Install one: `npm install /);
  const leftOut = warningLines(none, { IMAGESPEC_PLUGINS: "off" });
  expect(leftOut).toMatch(/^warning: no builder is left by IMAGESPEC_PLUGINS=off\n {2}hint: Unset IMAGESPEC_PLUGINS/);
  expect(leftOut).not.toContain("npm install");
});

it("warns of each package that cannot be used, with what helps", () => {
  const diagnostics = [{ subject: "dep", path: "/p", message: "is broken", hint: "Reinstall it." }];
  const candidate = { type: "own", priority: 5, origin: "code", load: () => Promise.reject(new Error("not loaded")) };
  expect(warningLines({ candidates: [candidate], diagnostics }, {})).toBe(
    "warning: dep: is broken\n  hint: Reinstall it.\n",
  );
});
