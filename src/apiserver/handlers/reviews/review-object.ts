/** The object a review was sent as. Its fields are checked by its own function. */
export interface ReviewObject {
  kind?: string;
  apiVersion?: string;
  metadata?: object;
  spec?: Record<string, unknown>;
}
