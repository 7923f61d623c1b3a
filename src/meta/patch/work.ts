import { unprocessable } from './errors.ts';

/** Keys and elements that one patch may touch: twice what the largest body and the largest object have. */
const MAX_WORK = 1_000_000;

/**
 * What a patch costs. A short patch can name one large list or map again and again, so that its own size does not bound
 * the work that it makes.
 */
export class Work {
  private spent = 0;

  /** `units` more keys or elements are looked at or copied. Throws 422 when that is too much for one patch. */
  spend(units: number): void {
    this.spent += units;
    if (this.spent > MAX_WORK) throw unprocessable('the patch changes the same large lists or maps too many times');
  }
}
