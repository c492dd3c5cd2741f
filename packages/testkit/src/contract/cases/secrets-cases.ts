import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { findInImage, formsOf } from "../../container/find-in-image.ts";
import { startPackageIndex } from "../../package-index/start-package-index.ts";
import type { Contract } from "../contract.ts";
import { type NamedCases, showing } from "../contract-case.ts";
import { wheelsOf } from "../contract-options.ts";
import { lazy } from "../lazy.ts";
import { watchCommandLines } from "../watch-command-lines.ts";

/** A secret mount's content arrives, and is in nothing that outlives the build. */
export function secretsCases(contract: Contract): NamedCases {
  const { build, options, packages } = contract;
  if (contract.refuses("pipSecretMounts")) return {};

  const secret = lazy(async () => {
    const canary = `canary-${randomBytes(12).toString("hex")}`;
    const netrc = `machine localhost login ann password ${canary}\n`;
    await writeFile(join(contract.folder(), "netrc"), netrc, { mode: 0o600 });
    // An index that opens to the secret alone shows that it arrived.
    const index = await startPackageIndex({ packages: wheelsOf(packages), user: { name: "ann", password: canary } });
    contract.onClose(index.close);
    return { forms: formsOf(canary), index };
  });
  const specs = async (wanted: string) => {
    const { index } = await secret();
    const parameters = { packages: [wanted], ...(options.loopback ? { pipIndex: index.url } : {}) };
    const mounts: [string, string][] = [["netrc", "/root/.netrc"]];
    return {
      mounted: build.spec("secret", { ...parameters, pipSecretMounts: mounts }, contract.folder()),
      plain: build.spec("secret", parameters, contract.folder()),
    };
  };
  const other = `${packages.other.name}==${packages.other.version}`;
  const built = lazy(async () => {
    const { mounted } = await specs(other);
    const { forms } = await secret();
    const before = build.events.length;
    const watch = watchCommandLines(forms);
    const pulled = await build.pulled(mounted).finally(watch.stop);
    const said = JSON.stringify([pulled.outcome, build.events.slice(before)]);
    return { ...pulled, forms, said, argued: await watch.stop() };
  });

  return {
    "secret-arrives: what a secret opens is installed": showing(["pipSecretMounts"], async () => {
      await built();
      const { exchanges } = (await secret()).index;
      if (options.loopback) expect(exchanges.some(({ status }) => status === 200)).toBe(true);
    }),
    "secret-image: the secret is in no layer, config, label or history, and not in the tag": async () => {
      const { mounted, plain } = await specs(other);
      expect(await mounted.tag()).toBe(await plain.tag());
      const { image, forms } = await built();
      expect(await findInImage(build.docker, image, forms)).toEqual([]);
      // The search itself finds what is there.
      expect(await findInImage(build.docker, image, ["flytekit:x:1000"])).toEqual(["flytekit:x:1000"]);
    },
    "secret-events: the secret is in no event and not in the outcome": async () => {
      const { forms, said } = await built();
      expect(forms.filter((form) => said.includes(form))).toEqual([]);
    },
    "secret-arguments: the secret is in no command line of this machine": async () => {
      expect((await built()).argued).toEqual([]);
    },
    "secret-errors: the secret is not in the error of a build that fails with it": async () => {
      const { forms } = await secret();
      const { mounted } = await specs("contract-absent==1.0");
      const before = build.events.length;
      const failure = await build.build(mounted).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^E_(RESOLVE|BUILD)$/) });
      const { message, stack, hint, details, cause } = failure as Error & Record<string, unknown>;
      const told = [message, stack, hint, details, cause, String((cause as Error | undefined)?.message)];
      const said = JSON.stringify([...told, build.events.slice(before)]);
      expect(forms.filter((form) => said.includes(form))).toEqual([]);
    },
  };
}
