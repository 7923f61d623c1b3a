/** A Kubernetes quantity, exact. */
export interface Quantity {
  /** The value in 10^-9 units (the finest that upstream keeps). */
  readonly nanos: bigint;
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
}

/** Throws QuantityError, whose message is upstream's. A number is what JSON allows beside a string. */
export function parseQuantity(_text: string | number): Quantity {
  throw new Error('being written');
}
export class QuantityError extends Error {}
/** The value rounded up to an integer (upstream's Value()). */
export function quantityValue(_quantity: string | number | Quantity): number {
  throw new Error('being written');
}
/** The value in thousandths, rounded up (upstream's MilliValue()). */
export function quantityMillis(_quantity: string | number | Quantity): number {
  throw new Error('being written');
}
/** Negative, 0 or positive. */
export function compareQuantity(_a: string | number | Quantity, _b: string | number | Quantity): number {
  throw new Error('being written');
}
/** The sum keeps the first one's format unless it is zero. */
export function addQuantity(_a: string | number | Quantity, _b: string | number | Quantity): Quantity {
  throw new Error('being written');
}
export function subtractQuantity(_a: string | number | Quantity, _b: string | number | Quantity): Quantity {
  throw new Error('being written');
}
/** The canonical text, e.g. "1500m", "1536Mi". */
export function formatQuantity(_quantity: string | number | Quantity): string {
  throw new Error('being written');
}
