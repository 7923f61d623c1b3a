/** A connection that could not be made, with the system's code: `ECONNREFUSED`. */
export class DialError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'DialError';
    this.code = code;
  }
}
