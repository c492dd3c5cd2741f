/** An answer of the distribution API that is an error (OCI distribution-spec 1.1, "Error Codes"). */
export class RegistryFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.name = "RegistryFault";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  /** The JSON body the spec asks for. */
  get body(): string {
    return JSON.stringify({ errors: [{ code: this.code, message: this.message }] });
  }
}

export const unknownBlob = (digest: string) => new RegistryFault(404, "BLOB_UNKNOWN", `blob ${digest} unknown`);
export const unknownManifest = (reference: string) =>
  new RegistryFault(404, "MANIFEST_UNKNOWN", `manifest ${reference} unknown`);
export const unknownUpload = (id: string) => new RegistryFault(404, "BLOB_UPLOAD_UNKNOWN", `upload ${id} unknown`);
