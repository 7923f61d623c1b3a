/** A pod's DNS policy and configuration, host names and aliases. */
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { type FieldError, type FieldPath, forbidden, invalid, required, tooLong } from '../../../meta/field-error.ts';
import { validateDns1123Subdomain } from '../../../meta/names.ts';
import { dns1123Label, dns1123Subdomain, invalidEach, oneOf } from './checks.ts';
import { validIP } from './ip.ts';

// What libc's resolver reads.
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;
const MAX_LINUX_HOSTNAME = 64;

export function validateDnsPolicy(at: FieldPath, policy: string | undefined): FieldError[] {
  return oneOf(at, policy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']);
}

export function validateDnsConfig(at: FieldPath, { dnsConfig, dnsPolicy }: IPodSpec): FieldError[] {
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (dnsPolicy === 'None') {
    if (dnsConfig === undefined) return [required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (nameservers.length === 0) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return [required(at.child('nameservers'), detail)];
    }
  }
  const errors: FieldError[] = [];
  if (nameservers.length > MAX_NAMESERVERS) {
    const detail = `must not have more than ${MAX_NAMESERVERS} nameservers`;
    errors.push(invalid(at.child('nameservers'), nameservers, detail));
  }
  errors.push(...nameservers.flatMap((address, index) => validIP(at.child('nameservers').index(index), address)));
  if (searches.length > MAX_SEARCHES) {
    errors.push(invalid(at.child('searches'), searches, `must not have more than ${MAX_SEARCHES} search paths`));
  }
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    const detail = `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`;
    errors.push(invalid(at.child('searches'), searches, detail));
  }
  errors.push(...searches.flatMap((search, index) => validateSearch(at.child('searches').index(index), search)));
  for (const [index, { name }] of options.entries()) {
    if (!name) errors.push(required(at.child('options').index(index), 'must not be empty'));
  }
  return errors;
}

const SEARCH_LABEL = '[a-z0-9_]([-_a-z0-9]*[a-z0-9])?';
const SEARCH = new RegExp(`^${SEARCH_LABEL}(\\.${SEARCH_LABEL})*$`);

/** Search paths may begin labels with an underscore, end in a dot, or be the root alone. */
function validateSearch(at: FieldPath, search: string): FieldError[] {
  if (search === '.') return [];
  const name = search.replace(/\.$/, '');
  const errors = name.length > 253 ? [invalid(at, name, 'must be no more than 253 characters')] : [];
  if (!SEARCH.test(name)) {
    const rule =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, an underscore ('_'), '-' or '.', and must start and end with an alphanumeric character";
    const pattern = SEARCH.source.slice(1, -1);
    errors.push(invalid(at, name, `${rule} (e.g. 'example.com', regex used for validation is '${pattern}')`));
  }
  return errors;
}

/** hostname, subdomain, hostnameOverride and hostAliases. `at` is the spec. */
export function validateHostnames(at: FieldPath, spec: IPodSpec): FieldError[] {
  const { hostname, subdomain, hostnameOverride, hostAliases = [] } = spec;
  const errors: FieldError[] = [];
  if (hostname) errors.push(...dns1123Label(at.child('hostname'), hostname));
  if (subdomain) errors.push(...dns1123Label(at.child('subdomain'), subdomain));
  if (hostnameOverride !== undefined) {
    const path = at.child('hostnameOverride');
    errors.push(...invalidEach(path, hostnameOverride, validateDns1123Subdomain));
    if (hostnameOverride.length > MAX_LINUX_HOSTNAME) errors.push(tooLong(path, MAX_LINUX_HOSTNAME));
    if (spec.hostNetwork) errors.push(forbidden(path, 'may not be specified when hostNetwork is true'));
    if (spec.setHostnameAsFQDN) errors.push(forbidden(path, 'may not be specified when setHostnameAsFQDN is true'));
  }
  for (const [index, { ip, hostnames = [] }] of hostAliases.entries()) {
    const entry = at.child('hostAliases').index(index);
    errors.push(...validIP(entry.child('ip'), ip ?? ''));
    errors.push(...hostnames.flatMap((name, at) => dns1123Subdomain(entry.child('hostnames').index(at), name)));
  }
  return errors;
}
