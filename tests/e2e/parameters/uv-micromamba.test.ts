import makeBuilder from "@imagespec/builder-uv-micromamba/builder";
import { afterAll } from "vitest";
import { builderUnderTest } from "../builder-under-test.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { describeBases } from "./describe-bases.ts";
import { describeFiles } from "./describe-files.ts";
import { describeLocks } from "./describe-locks.ts";
import { describePackages } from "./describe-packages.ts";
import { describePython } from "./describe-python.ts";
import { describeRegistry } from "./describe-registry.ts";

const cache = await temporaryFolder();
afterAll(() => cache[Symbol.asyncDispose]());
const uv = await builderUnderTest(makeBuilder, {
  env: { IMAGESPEC_CACHE_DIR: cache.path },
  refuses: ["aptPackages", "commands", "poetry.lock", "noShell"],
});
describePackages(uv);
describeLocks(uv);
describePython(uv);
describeFiles(uv);
describeBases(uv);
describeRegistry(uv);
