import { describe, expect, it } from "vitest";
import { defaultAddress, parseEngineAddress } from "./parse-address.ts";

describe("parseEngineAddress", () => {
  it.each([
    [
      "unix:///run/user/1000/docker.sock",
      { host: "unix:///run/user/1000/docker.sock", path: "/run/user/1000/docker.sock" },
    ],
    ["unix://", { host: "unix:///var/run/docker.sock", path: "/var/run/docker.sock" }],
    ["npipe:////./pipe/docker_engine", { host: "npipe:////./pipe/docker_engine", path: "//./pipe/docker_engine" }],
    ["npipe://", { host: "npipe:////./pipe/docker_engine", path: "//./pipe/docker_engine" }],
  ])("%s is a socket", (text, expected) => {
    expect(parseEngineAddress(text, "DOCKER_HOST", false)).toEqual({ kind: "socket", ...expected });
    expect(parseEngineAddress(text, "DOCKER_HOST", true)).toEqual({ kind: "socket", ...expected });
  });

  it.each([
    ["tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375", "127.0.0.1", 2375],
    ["127.0.0.1:2375", "tcp://127.0.0.1:2375", "127.0.0.1", 2375],
    ["myhost:1234", "tcp://myhost:1234", "myhost", 1234],
    ["myhost", "tcp://myhost:2375", "myhost", 2375],
    [" myhost:1234\n", "tcp://myhost:1234", "myhost", 1234],
    ["tcp://docker.example.org/", "tcp://docker.example.org:2375", "docker.example.org", 2375],
    ["http://host:80", "http://host:80", "host", 80],
    ["http://host", "http://host:2375", "host", 2375],
    ["https://host:443", "https://host:443", "host", 443],
    ["https://host", "https://host:2376", "host", 2376],
    ["tcp://", "tcp://localhost:2375", "localhost", 2375],
    [":4243", "tcp://localhost:4243", "localhost", 4243],
    ["[::1]:2375", "tcp://[::1]:2375", "::1", 2375],
    ["tcp://[fe80::1%eth0]", "tcp://[fe80::1%eth0]:2375", "fe80::1%eth0", 2375],
  ])("%j is %s", (text, host, hostname, port) => {
    expect(parseEngineAddress(text, "DOCKER_HOST", false)).toMatchObject({ kind: "network", host, hostname, port });
  });

  it("takes docker's port for TLS where none is written", () => {
    expect(parseEngineAddress("tcp://host", "DOCKER_HOST", true)).toMatchObject({ port: 2376 });
    expect(parseEngineAddress("tcp://host:2375", "DOCKER_HOST", true)).toMatchObject({ port: 2375 });
  });

  it.each([
    "/var/run/docker.sock",
    "unix:/var/run/docker.sock",
    "::1",
    "tcp://::1:2375",
    "tcp://[nonsense]:2375",
    "tcp://host:0",
    "tcp://host:65536",
    "tcp://host:port",
    "tcp://host:2375/path",
    "tcp://host:2375?a=b",
    "tcp://user:secret@host:2375",
    "ftp://host",
    "toString://host",
  ])("%s is refused, naming who gave it", (text) => {
    expect(() => parseEngineAddress(text, "DOCKER_HOST", false)).toThrow(
      expect.objectContaining({
        code: "E_DAEMON",
        message: expect.stringContaining("(DOCKER_HOST)"),
        hint: expect.any(String),
      }),
    );
  });

  it("shows no password of an address it refuses", () => {
    expect(() => parseEngineAddress("tcp://user:CANARY@host:2375", "DOCKER_HOST", false)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("CANARY") }),
    );
  });

  it.each(["ssh://user@host", "ssh://host:22"])("%s is refused with the command that forwards its socket", (text) => {
    expect(() => parseEngineAddress(text, 'docker\'s context "far"', false)).toThrow(
      expect.objectContaining({
        code: "E_DAEMON",
        message: expect.stringContaining('(docker\'s context "far")'),
        hint: expect.stringMatching(/ssh -nNT -L .*DOCKER_HOST=unix:/),
      }),
    );
  });
});

describe("defaultAddress", () => {
  it("is docker's own of each system", () => {
    expect(defaultAddress(false, "linux")).toBe("unix:///var/run/docker.sock");
    expect(defaultAddress(false, "darwin")).toBe("unix:///var/run/docker.sock");
    expect(defaultAddress(false, "win32")).toBe("npipe:////./pipe/docker_engine");
    expect(defaultAddress(true, "linux")).toBe("tcp://localhost:2376");
  });
});
