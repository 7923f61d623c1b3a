import type { Pod } from '../client/resources.ts';
import type { Taint } from './infos.ts';

export type Toleration = NonNullable<NonNullable<Pod['spec']>['tolerations']>[number];

/** As upstream's Toleration.ToleratesTaint: an empty effect is every effect, an empty key with Exists every taint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (filled(toleration.effect) && toleration.effect !== taint.effect) return false;
  if (filled(toleration.key) && toleration.key !== taint.key) return false;
  const operator = filled(toleration.operator) ? toleration.operator : 'Equal';
  if (operator === 'Exists') return true;
  return operator === 'Equal' && filled(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}

export function toleratesAny(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return (tolerations ?? []).some((toleration) => tolerates(toleration, taint));
}

function filled(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
