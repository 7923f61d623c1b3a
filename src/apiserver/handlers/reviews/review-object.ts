/** The object a review was sent as; of its spec the schema assures the types, its own function checks the rest. */
export interface ReviewObject {
  kind: string;
  apiVersion: string;
  metadata: object;
  spec?: Record<string, unknown>;
}
