/** Cells that volumes and claims have in common. */
import { own } from '../../meta/own.ts';
import { formatQuantity } from '../../meta/quantity.ts';

const SHORT_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** In upstream's order, each once. */
export function accessModes(modes: readonly string[] = []): string {
  return Object.keys(SHORT_MODES)
    .filter((mode) => modes.includes(mode))
    .map((mode) => own(SHORT_MODES, mode))
    .join(',');
}

export function storageOf(amounts: Readonly<Record<string, string | number>> | undefined): string {
  return amounts?.storage === undefined ? '' : formatQuantity(amounts.storage);
}

export function classOf(
  annotations: Readonly<Record<string, string>> | undefined,
  storageClassName: string | undefined,
): string {
  return annotations?.[CLASS_ANNOTATION] ?? storageClassName ?? '';
}
