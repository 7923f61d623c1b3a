import { own } from './own.ts';

type Data = Readonly<Record<string, string>> | undefined;

/** A value of a Secret's data as text; '' when it has none of that key, or one that is not base64. */
export function secretText(data: Data, key: string): string {
  try {
    const binary = atob(own(data, key) ?? '');
    return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    return '';
  }
}

export const BOOTSTRAP_TOKEN_TYPE = 'bootstrap.kubernetes.io/token';
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** When a bootstrap token ends; undefined: not by itself. A time that cannot be read has passed, as upstream has it. */
export function bootstrapTokenEnd(data: Data): Date | undefined {
  const text = secretText(data, 'expiration');
  if (text === '') return undefined;
  const time = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  return new Date(Number.isNaN(time) ? 0 : time);
}
