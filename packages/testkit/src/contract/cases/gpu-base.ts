import { pushImage, RegistryClient } from "@imagespec/registry";
import { namedImage } from "../../container/registry-config.ts";
import type { ContractServices } from "../contract-options.ts";

/** What NVIDIA's images have: the search paths by which programs find CUDA, and what the runtime reads. */
export const GPU_VARIABLES = {
  CUDA_VERSION: "12.4.1",
  LD_LIBRARY_PATH: "/usr/local/nvidia/lib:/usr/local/nvidia/lib64",
  NVIDIA_DRIVER_CAPABILITIES: "compute,utility",
  NVIDIA_REQUIRE_CUDA: "cuda>=12.4 brand=tesla,driver>=470,driver<471",
  NVIDIA_VISIBLE_DEVICES: "all",
} as const;
export const GPU_PATH = "/usr/local/nvidia/bin:/usr/local/cuda/bin";

/**
 * Pushes the Python base once more, with the variables of NVIDIA's images.
 *
 * @returns its reference, and what removes its tag.
 */
export async function pushGpuBase(services: ContractServices, name: string) {
  const { registry, platform, images } = services;
  const { source, config, manifest } = await namedImage(images.python, platform);
  const own = config.config?.Env ?? [];
  const path = own.find((variable) => variable.startsWith("PATH="))?.slice("PATH=".length) ?? "/usr/bin:/bin";
  const variables = Object.entries({ ...GPU_VARIABLES, PATH: `${GPU_PATH}:${path}` });
  const Env = [
    ...own.filter((variable) => !variables.some(([key]) => variable.startsWith(`${key}=`))),
    ...variables.map(([key, value]) => `${key}=${value}`),
  ];
  const layers = manifest.layers.map((descriptor) => ({
    descriptor,
    open: () => source.getBlob(descriptor),
    mountFrom: source.name,
  }));
  const target = new RegistryClient().repository(`${registry}/${name}`, { mirror: false });
  await pushImage(target, { config: { ...config, config: { ...config.config, Env } }, layers }, { tag: "1" });
  return { reference: `${registry}/${name}:1`, path, remove: () => target.deleteTag("1") };
}
