import { expect, it } from "vitest";
import { InputFaults } from "./input-faults.ts";

it.each([
  ["~/requirements.txt", "neither ~ nor a variable"],
  ["libs/uv.lock", "Make it with 'uv lock'"],
  ["poetry.lock", "Make it with 'poetry lock'"],
  ["requirements.txt", "Create it"],
])("says how to come by a missing %s", (path, hint) => {
  const faults = new InputFaults();
  faults.addSystem("requirements", path, Object.assign(new Error("no"), { code: "ENOENT" }));
  expect(() => faults.throwIfAny()).toThrow(
    expect.objectContaining({ code: "E_INPUT_FILE", hint: expect.stringContaining(hint) }),
  );
});
