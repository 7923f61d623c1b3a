/** What a store can throw. Everything else it knows is an outcome; the registry translates both to Status errors. */
export { UnavailableError } from '../../db/unavailable-error.ts';

/** The revision is older than retention (410 Expired). */
export class RevisionExpiredError extends Error {
  readonly requested: number;
  readonly oldest: number;
  constructor(requested: number, oldest: number) {
    super(`too old resource version: ${requested} (${oldest})`);
    this.name = 'RevisionExpiredError';
    this.requested = requested;
    this.oldest = oldest;
  }
}

/** The revision has not been reached yet (504 with reason Timeout, "Too large resource version"). */
export class RevisionAheadError extends Error {
  readonly requested: number;
  readonly current: number;
  constructor(requested: number, current: number) {
    super(`Too large resource version: ${requested}, current: ${current}`);
    this.name = 'RevisionAheadError';
    this.requested = requested;
    this.current = current;
  }
}

/** No such tenant (404 at the edge, never data). */
export class TenantNotFoundError extends Error {
  constructor(tenant: string) {
    super(`tenant "${tenant}" not found`);
    this.name = 'TenantNotFoundError';
  }
}
