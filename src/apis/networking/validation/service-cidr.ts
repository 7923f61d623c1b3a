/** ServiceCIDRs. */
import type { IServiceCIDR } from 'kubernetes-models/networking.k8s.io/v1/ServiceCIDR';
import { type FieldError, invalid, path, required } from '../../../meta/field-error.ts';
import { validateCidr } from '../../../meta/ip.ts';
import { IMMUTABLE, invalidEach } from '../../core/validation/checks.ts';
import { isDualStack } from '../../core/validation/ip.ts';

type CIDRLike = Pick<IServiceCIDR, 'spec'>;

const AT = path('spec').child('cidrs');

export function validateServiceCIDR({ spec }: CIDRLike): FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required(AT, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid(AT, cidrs, 'may only hold up to 2 values')];
  const errors = cidrs.flatMap((cidr, index) => invalidEach(AT.index(index), cidr, () => validateCidr(cidr, true)));
  if (cidrs.length === 2 && !isDualStack(cidrs.map((cidr) => cidr.split('/')[0] ?? ''))) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    errors.push(invalid(AT, cidrs, detail));
  }
  return errors;
}

/** Comes on top of {@link validateServiceCIDR}: a second family may be added, and nothing else. */
export function validateServiceCIDRUpdate({ spec }: CIDRLike, old: CIDRLike): FieldError[] {
  const [now, before] = [spec?.cidrs ?? [], old.spec?.cidrs ?? []];
  const errors = before.flatMap((cidr, index) =>
    now[index] === cidr ? [] : [invalid(AT.index(index), now[index], IMMUTABLE)],
  );
  if (before.length === 2 && now.length > 2) errors.push(invalid(AT, now, IMMUTABLE));
  return errors;
}
