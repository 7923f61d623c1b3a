/** The database cannot be reached or is restarting (503 with Retry-After). Whether the write happened is unknown. */
export class UnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnavailableError';
  }
}
