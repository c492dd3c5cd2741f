import { ImageSpec } from "@imagespec/core";

export default new ImageSpec({
  name: "example-private-index",
  registry: "localhost:5000",
  pythonVersion: "3.11",
  packages: ["acme-rates==1.2.0"],
  pipIndex: process.env.ACME_INDEX ?? "https://pypi.example.com/simple/",
  pipSecretMounts: [["secrets/netrc", "/root/.netrc"]],
  entrypoint: ["python", "-c", "import acme_rates; print('acme-rates', acme_rates.VERSION)"],
});
