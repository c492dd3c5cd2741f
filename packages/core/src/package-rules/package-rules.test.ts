import { describe, expect, it } from "vitest";
import { pythonPackageBreach } from "./package-rules.ts";

describe("a requirement by name", () => {
  it.each([
    ..."1.* 1!1.* v1.* 1.0 1!2.0 1.0-1 1.0-rc1 v1.0 V1 1-0 1.0c1 1.0-Beta_2 1.0dev 1.0.post 1.0-r4 01.0".split(" "),
    ..."1.0+a.b-c_d 1.0post1.dev2+abc 1.0_post1 1.0rev1 1.0a-1 1.0.a".split(" "),
  ])("takes each version that uv takes: ==%s", (version) => {
    expect(pythonPackageBreach(`six==${version}`)).toBeUndefined();
  });

  it.each(["six!=1.*", "six !=1.0+cpu", "six===1.0+cpu", "six~=1.0", "six ~= 1!1.0a1", "six>=1, <2,", "six (>=1)"])(
    "takes %s",
    (text) => expect(pythonPackageBreach(text)).toBeUndefined(),
  );

  it.each([
    ["six>=1.*", "'>=1.*' has a '*'", "Write '==1.*', or '>=1'."],
    ["six~=1.0.*", "'~=1.0.*' has a '*'", "Write '==1.0.*', or '~=1.0'."],
    ["six (==1.*, < 2.*)", "'< 2.*' has a '*'", "Write '==2.*', or '<2'."],
    ["six===1.*", "'===1.*' has a '*'", "Write '==1.*', or '===1'."],
    ["six~=1", "'~=1' says too little", "Write '~=1.0', or '>=1'."],
    ["six~=1a1", "'~=1a1' says too little", "Write '~=1.0', or '>=1a1'."],
    ["six>=1.0+cpu", "'>=1.0+cpu' has a local version", "Write '>=1.0'."],
    ...["*", "1.*.2", "1.0a1.*", "1.0foo", "foo", "1_0", "1..0", "1.", ".1", "1!", "1.0-", "1.0+", "1.0+a..b"].map(
      (version) => [`six==${version}`, `'==${version}' does not name a version`, "Write one"],
    ),
    ["six===foo", "'===foo' does not name a version", "Write one"],
  ])("refuses %s, as uv does", (text, message, hint) => {
    const breach = pythonPackageBreach(text);
    expect(breach?.message).toContain(message);
    expect(breach?.hint).toContain(hint);
  });
});

describe("a requirement by address", () => {
  it.each([
    "six @ https://h/six-1-py3-none-any.whl",
    "six @ https://h/six-1-py3-none-any.whl ;python_version>'3'",
    "https://h/a;v=1/six-1.tar.gz?token=a;b#egg=six",
    "six @ https://h/six-1.zip#subdirectory=x",
    "six @ git+https://h/x@v1",
    "git+ssh://h/x",
  ])("takes %s", (text) => expect(pythonPackageBreach(text)).toBeUndefined());

  it.each([
    ["six @ hg+https://h/x", "an address of hg", "git repository"],
    ["svn+https://h/x", "an address of svn", "git repository"],
    ["six @ bzr+ssh://h/x", "an address of bzr", "git repository"],
    ["six @ ssh://h/x", "a path on this machine", "git+ssh://"],
    ["six @ https://h/six-1-py3-none-any.whl;python_version>'3'", "without a space", "Write a space"],
    ["six @ https://h/six-1-py3-none-any.whl; python_version>'3'", "without a space", "Write a space"],
    ["https://h/six-1-py3-none-any.whl;marker", "without a space", "Write a space"],
    ["six @ git+https://h/x@v1;python_version>'3'", "without a space", "Write a space"],
    ["six @ https://h/six-1.tar.gz#egg=six;extra=='a'", "without a space", "Write a space"],
    ["six @ https://h/x", "does not end like", "Name the file"],
    ["six @ https://h/x?f=six-1-py3-none-any.whl", "does not end like", "Name the file"],
    ["six @ https://h/six-1-py3-none-any.WHL", "does not end like", "Name the file"],
  ])("refuses %s, which uv would not fetch", (text, message, hint) => {
    const breach = pythonPackageBreach(text);
    expect(breach?.message).toContain(message);
    expect(breach?.hint).toContain(hint);
  });
});
