import { expect, it } from "vitest";
import { quickClient, rawServer } from "../fixtures/quick-client.ts";
import { failureOf, tinyImage } from "../fixtures/tiny-image.ts";
import { pushImage } from "../image/push-image.ts";

/**
 * Pushes an image by tag to a registry that refuses one kind of request with one status, code and message, and whose
 * tag points to the digest `there`.
 */
async function pushRefused(at: RegExp, status: number, { code, message, there, image = tinyImage() }: Refusal) {
  await using server = await rawServer(async (request, response) => {
    const { method = "", url = "" } = request;
    for await (const _ of request);
    if (at.test(`${method} ${url}`)) {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code, message }] }));
    } else if (there !== undefined && `${method} ${url}` === "HEAD /v2/a/manifests/1")
      response.writeHead(200, { "docker-content-digest": there }).end();
    else if (method === "HEAD") response.writeHead(404).end();
    else if (method === "POST") response.writeHead(202, { location: "/v2/a/up" }).end();
    else response.writeHead(201).end();
  });
  const repository = quickClient().repository(`${server.host}/a`);
  return await pushImage(repository, image, { tag: "1" });
}

interface Refusal {
  code: string;
  message: string;
  there?: string;
  image?: ReturnType<typeof tinyImage>;
}

const OPENED = /^POST /;
const STORED = /^PUT .*\/up/;
const TAGGED = /^PUT .*manifests/;

it.each<[string, RegExp, number, { code: string; message: string }, RegExp]>([
  ["Amazon ECR", OPENED, 404, { code: "NAME_UNKNOWN", message: "'a' does not exist" }, /^Create the repository \S+\/a/],
  ["Google", OPENED, 404, { code: "NAME_UNKNOWN", message: 'Repository "a" not found' }, /^Create the repository/],
  ["Amazon ECR", TAGGED, 400, { code: "TAG_INVALID", message: "the tag is immutable" }, /^Build again without force/],
  ["Harbor", TAGGED, 412, { code: "PRECONDITION", message: "configured as immutable" }, /^Build again without force/],
  ["Gitea", TAGGED, 409, { code: "DENIED", message: "the tag is there" }, /^Build again without force/],
  ["Harbor", STORED, 403, { code: "DENIED", message: "exceed the configured upper limit of 10 GiB" }, /^Free space/],
  ["GitLab", STORED, 403, { code: "DENIED", message: "Your storage quota is used up" }, /^Free space/],
])(
  "what %s refuses for lack of more than rights has a cure of its own: %s %i %j",
  async (_, at, status, said, hint) => {
    const error = await failureOf(pushRefused(at, status, said));
    expect(error).toMatchObject({ code: "E_REGISTRY", hint: expect.stringMatching(hint) });
    expect(error.message).toContain(said.message);
  },
);

it("other refusals keep theirs", async () => {
  const denied = { code: "DENIED", message: "no permission" };
  expect(await failureOf(pushRefused(STORED, 403, denied))).toMatchObject({ code: "E_REGISTRY_AUTH" });
  const { hint } = await failureOf(pushRefused(TAGGED, 400, { code: "MANIFEST_INVALID", message: "no such field" }));
  expect(hint).not.toContain("without force");
});

it.each([400, 403, 409, 412])(
  "a tag that is kept (%i) is as good as written where it is the same image",
  async (status) => {
    const kept = { code: "TAG_INVALID", message: "the tag is immutable", image: tinyImage() };
    const { digest } = await pushRefused(/^$/, 0, kept);
    expect(await pushRefused(TAGGED, status, { ...kept, there: digest })).toMatchObject({ digest });
    const other = { ...kept, there: `sha256:${"0".repeat(64)}` };
    expect(await failureOf(pushRefused(TAGGED, status, other))).toMatchObject({
      code: "E_REGISTRY",
      hint: expect.stringMatching(/^Build again without force/),
    });
  },
);
