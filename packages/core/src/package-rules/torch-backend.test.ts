import { expect, it } from "vitest";
import { faultsOf } from "../spec/fixtures/faults-of.ts";
import { torchBackendBreach } from "./torch-backend.ts";

it.each(["cpu", "xpu", "cu80", "cu126", "cu132", "rocm6.4", "rocm6.2.4"])("takes %s", (backend) => {
  expect(torchBackendBreach(backend)).toBeUndefined();
});

it.each(["", "CPU", "cuda", "cu12.6", "cu1260", "rocm", "rocm6", "cu126 ", "cu126,cpu", "--help", "cu126\ncpu"])(
  "refuses %j",
  (backend) => {
    expect(torchBackendBreach(backend)).toMatchObject({
      code: "torch_backend",
      hint: expect.stringContaining("cu126"),
    });
  },
);

it("refuses auto, which asks the host", () => {
  expect(torchBackendBreach("auto")?.message).toContain("machine that builds");
});

it.each(["uv.lock", "lib/poetry.lock"])(
  "is refused beside %s, which names the index of each package",
  (requirements) => {
    expect(faultsOf({ torchBackend: "cpu", requirements })).toMatchObject({ torchBackend: { code: "conflict" } });
  },
);

it("is refused beside the option of the same meaning", () => {
  for (const pipExtraArgs of ["--torch-backend cu118", "--pre --torch-backend=cpu"])
    expect(faultsOf({ torchBackend: "cpu", packages: ["torch"], pipExtraArgs })).toMatchObject({
      pipExtraArgs: { code: "conflict" },
    });
});

it("is a parameter of spec files in flytekit's spelling", () => {
  expect(faultsOf({ torch_backend: "cu126", packages: ["torch"] })).toEqual({});
  expect(faultsOf({ torch_backend: "auto", packages: ["torch"] })).toMatchObject({
    torchBackend: { code: "torch_backend" },
  });
});
