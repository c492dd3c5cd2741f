import { type Credential, dockerServer, parseReference } from "@imagespec/registry";

/**
 * The X-Registry-Auth header with which an engine pulls and pushes: JSON in base64 with the URL-safe alphabet, padded.
 * Without a credential it is an empty object, since an engine refuses to push when the header is missing.
 */
export function registryAuth(reference: string, credential: Credential | undefined): string {
  const { registry } = parseReference(reference);
  const serveraddress = dockerServer(registry);
  const document = credential === undefined ? {} : { ...authConfig(credential), serveraddress };
  return Buffer.from(JSON.stringify(document)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

function authConfig(credential: Credential): Record<string, string> {
  switch (credential.kind) {
    case "basic":
      return { username: credential.username, password: credential.password };
    case "identity-token":
      return { identitytoken: credential.token };
    case "registry-token":
      return { registrytoken: credential.token };
  }
}
