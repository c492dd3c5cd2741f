import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findInImage, formsOf } from "../container/find-in-image.ts";
import { startPackageIndex } from "../package-index/start-package-index.ts";
import type { Contract } from "./contract.ts";
import { wheelsOf } from "./contract-options.ts";
import { watchCommandLines } from "./watch-command-lines.ts";

/** A secret mount's content is in nothing that outlives the build. */
export function describeSecrets(contract: Contract): void {
  const { build, options, packages } = contract;

  if (contract.refuses("pipSecretMounts")) return;
  describe("pipSecretMounts", () => {
    test("the secret is in no layer, config, history, event, command line or tag", {
      meta: { shows: ["pipSecretMounts"] },
    }, async () => {
      const canary = `canary-${randomBytes(12).toString("hex")}`;
      const netrc = `machine localhost login ann password ${canary}\n`;
      await writeFile(join(contract.folder(), "netrc"), netrc, { mode: 0o600 });
      // An index that opens to the secret alone shows that it arrived.
      const user = { name: "ann", password: canary };
      await using index = await startPackageIndex({ packages: wheelsOf(packages), user });
      const parameters = {
        packages: [`${packages.other.name}==${packages.other.version}`],
        ...(options.loopback ? { pipIndex: index.url } : {}),
      };
      const mounted = build.spec(
        "secret",
        { ...parameters, pipSecretMounts: [["netrc", "/root/.netrc"]] },
        contract.folder(),
      );
      expect(await mounted.tag()).toBe(await build.spec("secret", parameters, contract.folder()).tag());
      const before = build.events.length;
      const forms = formsOf(canary);
      const watch = watchCommandLines(forms);
      const { outcome, image } = await build.pulled(mounted);
      expect(await watch.stop()).toEqual([]);
      const said = JSON.stringify([outcome, build.events.slice(before)]);
      expect(forms.filter((form) => said.includes(form))).toEqual([]);
      expect(await findInImage(build.docker, image, forms)).toEqual([]);
      if (options.loopback) expect(index.exchanges.some(({ status }) => status === 200)).toBe(true);
      // The search itself finds what is there.
      expect(await findInImage(build.docker, image, ["flytekit:x:1000"])).toEqual(["flytekit:x:1000"]);
    });
  });
}
