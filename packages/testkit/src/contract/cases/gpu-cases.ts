import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { expect } from "vitest";
import { containerReport } from "../../container/container-report.ts";
import type { Contract } from "../contract.ts";
import type { NamedCases } from "../contract-case.ts";
import { lazy } from "../lazy.ts";
import { setEnvironment } from "../set-environment.ts";
import { GPU_PATH, GPU_VARIABLES, pushGpuBase } from "./gpu-base.ts";

/** Variables that make tools trust certificates, while steps run and no longer. */
const TRUST = ["SSL_CERT_FILE", "PIP_CERT", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"];
const CERTIFICATES = ["/etc/ssl", "/usr/local/share/ca-certificates"];

/** A base as NVIDIA's, built on by a host that says which certificates it trusts. */
export function gpuCases(contract: Contract): NamedCases {
  const { build, options, packages } = contract;
  const look = lazy(async () => {
    const base = await pushGpuBase(options.services, `contract/${build.run}/gpu-base`);
    contract.onClose(base.remove);
    const bundle = join(contract.folder(), "trusted.pem");
    await writeFile(bundle, rootCertificates.join("\n"));
    const restore = setEnvironment({ SSL_CERT_FILE: bundle });
    try {
      const parameters = { packages: [`${packages.name}==${packages.older}`], env: { A: "1" }, ...contract.pip() };
      const { image } = await build.pulled(build.spec("gpu", { baseImage: base.reference, ...parameters }));
      await build.docker.pullImage(base.reference);
      return {
        path: base.path,
        base: await containerReport(build.docker, base.reference, CERTIFICATES),
        built: await containerReport(build.docker, image, CERTIFICATES),
      };
    } finally {
      restore();
    }
  });
  return {
    "gpu: search paths and variables of NVIDIA's images are those of the image": async () => {
      const { path, built } = await look();
      expect(built.env).toMatchObject({ ...GPU_VARIABLES, PATH: `/opt/venv/bin:${GPU_PATH}:${path}` });
    },
    "trust: what the host trusts is in no image: certificates are the base's, and no variable names others":
      async () => {
        const { base, built } = await look();
        expect(built.files).toEqual(base.files);
        for (const name of TRUST) expect(built.env[name]).toBe(base.env[name]);
      },
  };
}
