import { markerHolds } from "@imagespec/core/builder";
import { expect, it } from "vitest";
import type { PythonTarget } from "../target/python-target.ts";
import { markerEnvironment } from "./lock-limits.ts";

const GLIBC: PythonTarget = {
  minor: "3.11",
  version: "3.11.2",
  architecture: "amd64",
  libc: { family: "glibc", major: 2, minor: 36 },
};

it.each([
  "python_full_version == '3.11.2' and implementation_version == '3.11.2'",
  "platform_machine == 'x86_64' and sys_platform == 'linux'",
  "platform_python_implementation == 'CPython' and implementation_name == 'cpython'",
])("tells markers what an image has: %s", (marker) => expect(markerHolds(marker, markerEnvironment(GLIBC))).toBe(true));
