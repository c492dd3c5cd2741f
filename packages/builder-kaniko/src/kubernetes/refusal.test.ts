import { expect, it } from "vitest";
import { KubeRefusal } from "./cluster.ts";
import { refusalError } from "./refusal.ts";

it.each([
  [403, "pods is forbidden: exceeded quota: q, requested: pods=1", /^A quota/, /larger quota/],
  [401, "Unauthorized", /^The cluster does not accept/, /^Log in/],
  [403, 'jobs.batch is forbidden: User "u" cannot create resource', /^Kubernetes does not allow/, /^Give the user/],
  [
    403,
    "unable to create new content in namespace n because it is being terminated",
    /being deleted/,
    /^Choose another/,
  ],
  [400, 'admission webhook "policy.acme.io" denied the request: no root', /does not admit/, /administrator/],
  [403, 'ValidatingAdmissionPolicy "p" denied request: no root', /does not admit/, /administrator/],
  [403, 'pods "x" is forbidden: violates PodSecurity "restricted:latest"', /does not admit/, /administrator/],
  [500, "etcdserver: leader changed", /^The cluster could not serve/, /^Try again/],
  [429, "too many requests", /^The cluster could not serve/, /^Try again/],
  [404, 'namespaces "n" not found', /^The namespace does not exist/, /namespace exists/],
])("%i %s is told for what it is", (status, said, what, cure) => {
  expect(refusalError(new KubeRefusal(status, "", said), "building r/x:t", "n")).toMatchObject({
    code: "E_KUBERNETES",
    message: expect.stringMatching(what),
    hint: expect.stringMatching(cure),
  });
});
