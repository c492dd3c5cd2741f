import { expect, it } from "vitest";
import { missingNvidiaImage, nvidiaImage } from "./nvidia.ts";

const ofReference = (reference: string) => missingNvidiaImage({ kind: "reference", reference });

it.each([
  ["11.6.9", undefined, "CUDA 11.6.9 (cuda), no cuDNN and Ubuntu 20.04"],
  ["12.3.9", "8", "CUDA 12.3.9 (cuda), cuDNN 8 (cudnn) and Ubuntu 22.04"],
  ["12.4.9", "9", "CUDA 12.4.9 (cuda), cuDNN 9 (cudnn) and Ubuntu 22.04"],
])("takes the tag of CUDA %s with cuDNN %s apart", (cuda, cudnn, parts) => {
  const image = nvidiaImage(cuda, cudnn);
  for (const reference of [image, `docker.io/${image}`, `mirror.example:5000/hub/${image}`]) {
    expect(ofReference(reference)).toMatchObject({
      message: `there is no image ${reference}, of ${parts}`,
      hint: expect.stringContaining("recipes/gpu"),
    });
  }
});

it("says nothing of other bases", () => {
  for (const reference of [
    "nvidia/cuda:12.4.1-devel-ubuntu22.04",
    "xnvidia/cuda:12.4.1-runtime-ubuntu22.04",
    "debian:12",
  ])
    expect(ofReference(reference)).toBeUndefined();
  expect(missingNvidiaImage({ kind: "layout", path: "nvidia/cuda:12.4.1-runtime-ubuntu22.04" })).toBeUndefined();
});
