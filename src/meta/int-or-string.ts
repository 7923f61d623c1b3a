import { StatusError } from './status-error.ts';

/**
 * An int-or-percent of `total` as an integer (upstream's GetScaledValueFromIntOrPercent): 3 -> 3, "25%" of 10 -> 3 or 2.
 * Throws for a string that is not a percentage.
 */
export function scaledIntOrPercent(value: number | string, total: number, roundUp: boolean): number {
  if (typeof value === 'number') return value;
  const digits = /^([+-]?\d+)%$/.exec(value)?.[1];
  if (digits === undefined) {
    throw StatusError.internal(`invalid value for IntOrString: invalid type: string is not a percentage`);
  }
  const scaled = (Number(digits) * total) / 100;
  return roundUp ? Math.ceil(scaled) : Math.floor(scaled);
}
