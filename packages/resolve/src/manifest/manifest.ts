/** A text with images in it: a Kubernetes manifest, a compose file or any other YAML or JSON. */
export interface Manifest {
  /** What messages call it: a path, or `standard input`. */
  name: string;
  /** Where relative spec files start. */
  folder: string;
  text: string;
}
