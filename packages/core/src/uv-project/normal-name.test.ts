import { expect, it } from "vitest";
import { normalName } from "./normal-name.ts";

it("compares names as PEP 503 does", () => expect(normalName("Foo.Bar__baz")).toBe("foo-bar-baz"));
