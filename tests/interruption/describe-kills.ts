import { type PackageIndex, startPackageIndex } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { BuildPlace } from "./build-place.ts";
import type { CliChild } from "./cli-child.ts";
import { killAt, killPoints } from "./kill-points.ts";
import { brokenTags, leftoversIn } from "./leftovers.ts";

export interface KilledBuilder {
  type: string;
  builderOptions?: readonly string[] | undefined;
  env?: Record<string, string> | undefined;
  /** Of the spec, besides a base and a package. */
  parameters?: object | undefined;
  seed: number;
  /** What must be the same of an image, whatever happened to the run before; its place has one tag. */
  imageOf(place: BuildPlace): Promise<unknown>;
}

/** Kills builds at many moments, and sees that the next one makes the right image and that nothing is left. */
export function describeKills(builder: KilledBuilder): void {
  describe(`${builder.type}, killed`, () => {
    const { images } = inject("services");
    let undisturbed: CliChild;
    let image: unknown;
    let index: PackageIndex | undefined;
    let makePlace: () => Promise<BuildPlace>;
    const args = (...more: string[]) => [
      ...["build", "--json", "--builder", builder.type, ...more],
      ...(builder.builderOptions ?? []).flatMap((option) => ["--builder-option", option]),
    ];

    beforeAll(async () => {
      const started = await startPackageIndex({ packages: [{ name: "tiny-one", version: "1.0" }] });
      index = started;
      const base = { name: "interrupted/app", base_image: images.pythonSmall, packages: ["tiny-one==1.0"] };
      makePlace = () =>
        BuildPlace.make({ ...base, pip_index: started.url, ...builder.parameters }, { env: builder.env });
      await using place = await makePlace();
      undisturbed = await finish(place, ...args("--force"));
      expect(undisturbed.last).toMatchObject({ type: "outcome", status: "built" });
      image = await builder.imageOf(place);
      expect(await leftoversIn(place)).toEqual([]);
    });

    let [killed, points] = [0, 0];
    afterAll(async () => {
      await index?.close();
      console.error(`${builder.type}: killed ${killed} builds at ${points} points`);
      // A build that ends before the last kills is no failure; if most did, nothing would be tested.
      expect(killed).toBeGreaterThan(points / 2);
    });

    test.for(killPoints(builder.seed))(
      "after $events of its events and $between of the time to the next",
      async (point) => {
        await using place = await makePlace();
        points++;
        let run: CliChild;
        let isKilled: boolean;
        do {
          run = place.start(...args("--force"));
          isKilled = await killAt(point, run, undisturbed);
        } while (run.metBusyEngine);
        if (isKilled) killed++;
        expect(brokenTags(place)).toEqual([]);
        const next = await finish(place, ...args());
        expect(await leftoversIn(place)).toEqual([]);
        const { digest } = next.last as { digest: string };
        expect(Object.values(place.tags)).toEqual([digest]);
        expect(await builder.imageOf(place)).toEqual(image);
      },
    );
  });
}

/** Runs the command until it is done. */
async function finish(place: BuildPlace, ...args: string[]): Promise<CliChild> {
  for (;;) {
    const run = place.start(...args);
    const { code, stderr } = await run.ended;
    if (run.metBusyEngine) continue;
    expect(code, `${JSON.stringify(run.last, undefined, 2)}\n${stderr}`).toBe(0);
    return run;
  }
}
