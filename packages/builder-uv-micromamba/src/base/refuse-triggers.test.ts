import { expect, it } from "vitest";
import { refuseTriggers } from "./refuse-triggers.ts";

const base = (OnBuild: unknown) => ({
  name: "r.example/base:1",
  config: { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: [] }, config: { OnBuild } },
});

it("refuses a base with ONBUILD instructions, late, so that another builder can run them", () => {
  expect(() => refuseTriggers(base(["COPY . /app", "RUN make"]))).toThrow(
    expect.objectContaining({ code: "E_UNSUPPORTED", message: expect.stringMatching(/base:1.*ONBUILD COPY \. \/app/) }),
  );
});

it.each([undefined, null, []])("takes a base whose OnBuild is %j", (none) => {
  expect(() => refuseTriggers(base(none))).not.toThrow();
});
