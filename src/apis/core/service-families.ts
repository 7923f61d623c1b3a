/** IP families of a service on a cluster with one family (upstream's initIPFamilyFields). */
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import type { ClusterSettings } from '../../apiserver/registry/contract.ts';
import { type FieldError, invalid, path } from '../../meta/field-error.ts';
import { parseCidr, parseIp } from '../../meta/ip.ts';
import { isHeadless, needsClusterIP } from './service-needs.ts';

type Family = 'IPv4' | 'IPv6';

export function clusterFamily({ serviceCIDR }: ClusterSettings): Family {
  return parseCidr(serviceCIDR)?.address.family === 6 ? 'IPv6' : 'IPv4';
}

/** Fills in ipFamilyPolicy and ipFamilies where the client left them open. */
export function setFamilies(cluster: ClusterSettings, spec: IServiceSpec, old?: IServiceSpec): void {
  if (!needsClusterIP(spec)) return;
  // Endpoints that no selector finds may be of any family.
  const open = isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ||= old?.ipFamilyPolicy || (open ? 'RequireDualStack' : 'SingleStack');
  const given = spec.ipFamilies ?? [];
  const ofAddresses = (spec.clusterIPs ?? []).flatMap((ip): Family[] => {
    const address = parseIp(ip);
    return address === undefined ? [] : [address.family === 6 ? 'IPv6' : 'IPv4'];
  });
  const families = given.length > 0 ? given : ofAddresses;
  const first = families[0] ?? clusterFamily(cluster);
  if (
    spec.ipFamilyPolicy === 'SingleStack' &&
    sameList(given, old?.ipFamilies) &&
    sameList(spec.clusterIPs, old?.clusterIPs)
  ) {
    // Nothing but the policy changed, which is clear intent to give the second one up.
    spec.ipFamilies = [first];
    if (spec.clusterIPs !== undefined) spec.clusterIPs = spec.clusterIPs.slice(0, 1);
  } else if (families.length > 1) spec.ipFamilies = families;
  else if (open && spec.ipFamilyPolicy !== 'SingleStack') spec.ipFamilies = [first, first === 'IPv4' ? 'IPv6' : 'IPv4'];
  else spec.ipFamilies = [first];
}

/** What the cluster cannot give. Families must be set. */
export function familyErrors(cluster: ClusterSettings, spec: IServiceSpec): FieldError[] {
  const at = path('spec');
  if (!needsClusterIP(spec)) return [];
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0) return [];
  const errors: FieldError[] = [];
  const { ipFamilyPolicy, ipFamilies = [] } = spec;
  if (ipFamilyPolicy === 'SingleStack' && ipFamilies.length > 1) {
    const detail = "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified";
    errors.push(invalid(at.child('ipFamilyPolicy'), ipFamilyPolicy, detail));
  }
  if (ipFamilyPolicy === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services';
    errors.push(invalid(at.child('ipFamilyPolicy'), ipFamilyPolicy, detail));
  }
  for (const [index, family] of ipFamilies.entries()) {
    if (family === clusterFamily(cluster)) continue;
    errors.push(invalid(at.child('ipFamilies').index(index), family, 'not configured on this cluster'));
  }
  return errors;
}

function sameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return (a ?? []).join() === (b ?? []).join();
}
