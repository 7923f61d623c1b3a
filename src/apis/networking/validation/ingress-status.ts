import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { type FieldError, invalid, path } from '../../../meta/field-error.ts';
import { parseIp } from '../../../meta/ip.ts';
import { validateDns1123Subdomain } from '../../../meta/names.ts';
import { invalidEach } from '../../core/validation/checks.ts';
import { validIP } from '../../core/validation/ip.ts';

export function validateIngressStatus({ status }: Pick<IIngress, 'status'>): FieldError[] {
  const at = path('status').child('loadBalancer', 'ingress');
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, index) => {
    const entry = at.index(index);
    const errors = ip ? validIP(entry.child('ip'), ip) : [];
    if (!hostname) return errors;
    errors.push(...invalidEach(entry.child('hostname'), hostname, validateDns1123Subdomain));
    if (parseIp(hostname) !== undefined) {
      errors.push(invalid(entry.child('hostname'), hostname, 'must be a DNS name, not an IP address'));
    }
    return errors;
  });
}
