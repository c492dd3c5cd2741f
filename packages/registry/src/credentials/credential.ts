/** What to send to one registry. */
export type Credential =
  | { kind: "basic"; username: string; password: string }
  /** An OAuth2 refresh token (docker's `identitytoken`), exchanged at the token endpoint. */
  | { kind: "identity-token"; token: string; username?: string }
  /** A bearer token that is sent as it is (docker's `registrytoken`). */
  | { kind: "registry-token"; token: string };

/** Finds the credential for a registry host (`ghcr.io`, `localhost:5000`, `docker.io`); undefined is anonymous. */
export interface CredentialStore {
  /** The docker config.json this store reads first, when it is one that the spec named. */
  readonly configFile: string | undefined;
  /**
   * `repository` (`team/app`) picks among podman's entries for parts of a registry.
   *
   * @throws ImageSpecError E_REGISTRY_AUTH or E_INPUT_FILE.
   */
  get(registry: string, options?: { signal?: AbortSignal; repository?: string }): Promise<Credential | undefined>;
}
