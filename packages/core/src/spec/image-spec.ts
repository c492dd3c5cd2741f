/** Placeholder of the type while the class is written. */
export interface ImageSpec {
  readonly id: string;
}
