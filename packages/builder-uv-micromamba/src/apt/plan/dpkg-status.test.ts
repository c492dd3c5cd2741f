import { describe, expect, it } from "vitest";
import { parseStanzas } from "../system/stanzas.ts";
import { installedStanza, renderStatus } from "./dpkg-status.ts";

const CONTROL = `Package: thing
Source: things
Version: 1:2.0-1
Architecture: amd64
Maintainer: A B <a@b.test>
Installed-Size: 12
Depends: libc6 (>=2.34), one|two (<< 3),\tthree:any
Section: utils
Priority: optional
Multi-Arch: no
Homepage: https://thing.test/
Description: does things 
 At length.
 .
 Twice.
`;

describe("installedStanza", () => {
  it("has the fields in dpkg's order, relations in its form, and sums of conffiles", () => {
    const facts = { mode: 0o644, uid: 0, gid: 0, owner: ["root", "root"] as [string, string], size: 1 };
    const stanza = installedStanza({
      control: CONTROL,
      info: [{ name: "conffiles", text: "/etc/thing\nremove-on-upgrade /etc/old\n", mode: 0o644 }],
      files: [{ ...facts, type: "file", path: "etc/thing", md5: "d41d8cd98f00b204e9800998ecf8427e" }],
    });
    expect(renderStatus([stanza])).toBe(`Package: thing
Status: install ok installed
Priority: optional
Section: utils
Installed-Size: 12
Maintainer: A B <a@b.test>
Architecture: amd64
Source: things
Version: 1:2.0-1
Depends: libc6 (>= 2.34), one | two (<< 3), three:any
Conffiles:
 /etc/thing d41d8cd98f00b204e9800998ecf8427e
 /etc/old newconffile remove-on-upgrade
Description: does things 
 At length.
 .
 Twice.
Homepage: https://thing.test/

`);
  });

  it.each([
    ["A package has an empty control file", { control: "", info: [], files: [] }],
    [
      "thing has the conffile /etc/gone, which it does not hold",
      { control: CONTROL, info: [{ name: "conffiles", text: "/etc/gone\n", mode: 0o644 }], files: [] },
    ],
  ])("hands on: %s", (message, contents) => {
    expect(() => installedStanza(contents)).toThrow(expect.objectContaining({ code: "E_UNSUPPORTED", message }));
  });

  it("writes what dpkg wrote again as it was, by name and architecture", () => {
    const text =
      "Package: a\nArchitecture: amd64\nConffiles:\n /etc/a 1\n\nPackage: a\nArchitecture: i386\n\nPackage: b\nArchitecture: all\n\n";
    expect(renderStatus(parseStanzas(text, "status").reverse())).toBe(text);
  });
});
