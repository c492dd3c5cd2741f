import { describe, expect, it } from "vitest";
import { packageSources, renderSources } from "./package-sources.ts";

const read = (text: string, path = "etc/apt/sources.list") => packageSources([{ path, text }]);

describe("packageSources", () => {
  it("reads both forms of a file to the same source, without sources of code", () => {
    const line =
      "deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] https://mirror.test/debian stable main extra # end\n";
    const stanza =
      "Types: deb deb-src\nURIs: https://mirror.test/debian\nSuites: stable\nComponents: main extra\nArchitectures: amd64\nSigned-By: /usr/share/keyrings/a.gpg\n";
    expect(read(`${line}deb-src https://mirror.test/debian stable main\n`)).toEqual(read(stanza, "x/base.sources"));
  });

  it.each(["no", "false", "0", "without", "off", "Disable"])("knows apt's word %s for no", (no) => {
    const line = "http://mirror.test/debian stable main";
    expect(read(`deb [enabled=${no}] ${line}\ndeb-src ${line}\n`)).toEqual([]);
    expect(read(`deb [enabled=yes trusted=${no}] ${line}\n`)).toEqual(read(`deb ${line}\n`));
    const stanza = "Types: deb\nURIs: http://mirror.test/debian\nSuites: stable\nComponents: main\n";
    expect(read(`${stanza}Enabled: ${no}\n`, "x/base.sources")).toEqual([]);
    expect(read(`${stanza}Enabled: yes\nTrusted: ${no}\n`, "x/base.sources")).toEqual(read(`deb ${line}\n`));
  });

  it("keeps keys that stand in the file, and moves those beside it", () => {
    const key = "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----";
    const stanza = `Types: deb\nURIs: http://mirror.test/\nSuites: ./\n${key}\n`;
    expect(renderSources(read(stanza, "a.sources"), () => "moved")).toContain(
      "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n",
    );
    const named = read("deb [signed-by=/k/one.gpg,/k/two.asc] http://mirror.test/ stable main\n");
    expect(renderSources(named, (path) => `/root${path}`)).toContain("Signed-By: /root/k/one.gpg /root/k/two.asc\n");
  });

  it.each([
    ["deb [trusted=yes] http://mirror.test/ stable main", "signature"],
    ["deb [allow-insecure=yes] http://mirror.test/ stable main", "allow-insecure"],
    ["deb file:/srv/debian stable main", "http or https"],
    ["deb copy:/srv/debian stable main", "http or https"],
    ["deb http://user:word@mirror.test/ stable main", "http or https"],
    ["rpm http://mirror.test/ stable main", "not a source"],
  ])("refuses %s", (line, why) => {
    expect(() => read(line)).toThrow(why);
    expect(() => read(line)).toThrow(expect.objectContaining({ code: "E_UNSUPPORTED" }));
    expect(() => read(line)).not.toThrow("word");
  });
});
