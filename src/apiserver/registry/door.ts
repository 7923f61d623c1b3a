/**
 * The one door: what a request stores, deletes, issues or answers comes after admission, and proves it. A handler decodes
 * (decode.ts) what the request chain has authorized; `pass` asks admission; the effects ask for what `pass` returns.
 */
import type { AdmissionRequest } from '../admission/contract.ts';
import type { RegistryDeps } from './context.ts';

declare const proof: unique symbol;

/** Proof that admission let a request pass. Nothing but `pass` makes one, so no effect can be had past it. */
export interface Passed {
  readonly [proof]: true;
}

const PASSED = Object.freeze({}) as Passed;

/**
 * Lets the admission plugins change the request's object, lets `prepare` finish and check it, and asks the plugins that
 * only look. Each refuses by throwing.
 */
export async function pass(
  { admission }: Pick<RegistryDeps, 'admission'>,
  request: AdmissionRequest,
  prepare?: () => void | Promise<void>,
): Promise<Passed> {
  await admission.admit(request);
  await prepare?.();
  await admission.validate(request);
  return PASSED;
}
