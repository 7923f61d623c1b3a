/** Headers that change how a request is read or who it is from. */
import { OWN_NAMES } from './hostile.ts';
import type { Random } from './random.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const ACCEPTS = [
  'application/json',
  'application/yaml',
  TABLE,
  `${TABLE},application/json`,
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io, application/json',
  'application/json;as=Table;v=v9;g=meta.k8s.io',
  'application/json;as=constructor;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf,application/json',
  'application/vnd.kubernetes.protobuf',
  'application/json;stream=watch',
  'text/html',
  '*/*',
  'application/*;q=0.1, text/plain',
  'a/b;c=',
  ';;,,==',
  'application/json'.padEnd(4000, ';a=b'),
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  '',
];
const CONTENT_TYPES = [
  'application/json; charset=utf-16',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/vnd.kubernetes.protobuf;stream=watch',
  'text/plain',
  'application/x-www-form-urlencoded',
  'constructor',
  'multipart/form-data; boundary=x',
  '',
];
const USERS = [
  'bob',
  'system:anonymous',
  'system:node:f1',
  'system:serviceaccount:default:default',
  'system:kube-scheduler',
  'constructor',
  ' ',
  '',
];
const GROUPS = ['system:masters', 'system:nodes', 'system:serviceaccounts', '__proto__', 'a,b', ''];

export function fuzzHeaders(random: Random): Record<string, string> {
  const headers: Record<string, string> = {};
  if (random.chance(0.25)) headers.accept = random.pick(random.chance(0.25) ? ACCEPTS : ACCEPTS.slice(0, 4));
  if (random.chance(0.015)) headers['content-type'] = random.pick(CONTENT_TYPES);
  if (random.chance(0.04)) {
    headers['impersonate-user'] = random.pick(USERS);
    if (random.chance(0.5)) headers['impersonate-group'] = random.pick(GROUPS);
    if (random.chance(0.3))
      headers[`impersonate-extra-${random.pick(OWN_NAMES.map((name) => name.toLowerCase()))}`] = 'x';
    if (random.chance(0.2)) headers['impersonate-uid'] = random.pick(['{{uid}}', 'x']);
  } else if (random.chance(0.004)) headers['impersonate-group'] = 'system:masters';
  if (random.chance(0.03)) headers['audit-id'] = random.pick(['a', 'x'.repeat(9000), 'a b', '__proto__']);
  if (random.chance(0.03)) headers.range = random.pick(['bytes=0-1', 'bytes=-1', 'x']);
  if (random.chance(0.02)) headers['content-encoding'] = random.pick(['gzip', 'br', 'identity', 'x']);
  if (random.chance(0.02)) headers['accept-encoding'] = random.pick(['gzip', 'br', '*;q=0', 'x']);
  if (random.chance(0.02)) headers['if-none-match'] = random.pick(['*', '"x"', 'W/']);
  if (random.chance(0.02)) headers['x-forwarded-for'] = '127.0.0.1';
  if (random.chance(0.01)) headers.origin = 'https://evil.example';
  if (random.chance(0.005))
    headers.authorization = random.pick(['Bearer', 'Bearer x', 'Basic YTpi', 'Bearer a.b.c', 'Bearer kdg.root.x']);
  return headers;
}
