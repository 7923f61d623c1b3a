import { describe, expect, it } from 'vitest';
import { configMaps } from '../../../../src/apis/core/config-map.ts';
import { endpoints } from '../../../../src/apis/core/endpoints.ts';
import { namespaces } from '../../../../src/apis/core/namespace.ts';
import { secrets } from '../../../../src/apis/core/secret.ts';
import { serviceAccounts } from '../../../../src/apis/core/service-account.ts';
import { ago, cells, defaulted, prepared, updated } from '../support.ts';

const metadata = { name: 'x', namespace: 'default', creationTimestamp: ago(300) };

describe('a secret', () => {
  it('is opaque unless it says otherwise', () => {
    expect(defaulted(secrets, { metadata }).type).toBe('Opaque');
    expect(defaulted(secrets, { metadata, type: 'kubernetes.io/tls' }).type).toBe('kubernetes.io/tls');
  });

  it('stores text in base64, over what data says of the same key', () => {
    const secret = defaulted(secrets, { metadata, data: { a: 'AAAA', b: 'QUFB' }, stringData: { a: 'grüß', c: '' } });
    expect(secret.data).toEqual({ a: Buffer.from('grüß').toString('base64'), b: 'QUFB', c: '' });
    expect(secret).not.toHaveProperty('stringData');
  });

  it('is printed with its type and how much it holds', () => {
    expect(cells(secrets, { metadata, type: 'Opaque', data: { a: '', b: '' } })).toEqual({
      Type: 'Opaque',
      Data: 2,
      Age: '5m',
    });
  });
});

describe('a namespace', () => {
  it('is labelled with its name, also when the label is taken away', () => {
    const labels = { 'kubernetes.io/metadata.name': 'other', team: 'a' };
    expect(defaulted(namespaces, { metadata: { name: 'x', labels } }).metadata.labels).toEqual({
      'kubernetes.io/metadata.name': 'x',
      team: 'a',
    });
  });

  it('starts active and held by its finalizer', () => {
    expect(prepared(namespaces, { metadata: { name: 'x' } })).toMatchObject({
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('loses its finalizer only through the finalize subresource', () => {
    const old = { metadata, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
    expect(updated(namespaces, { metadata, spec: { finalizers: [] } }, old).spec.finalizers).toEqual(['kubernetes']);
  });
});

describe('columns', () => {
  it('count what a ConfigMap holds', () => {
    expect(cells(configMaps, { metadata, data: { a: '' }, binaryData: { b: '' } }).Data).toBe(2);
    expect(cells(configMaps, { metadata }).Data).toBe(0);
  });

  it('count the secrets of a ServiceAccount', () => {
    expect(cells(serviceAccounts, { metadata }).Secrets).toBe(0);
  });

  it('show three endpoints at most', () => {
    const ips = ['10.0.0.1', '10.0.0.2', '10.0.0.3', 'fd00::4'].map((ip) => ({ ip }));
    const subset = (count: number) => ({ addresses: ips.slice(4 - count), ports: [{ port: 80 }] });
    expect(cells(endpoints, { metadata }).Endpoints).toBe('<none>');
    expect(cells(endpoints, { metadata, subsets: [subset(2)] }).Endpoints).toBe('10.0.0.3:80,[fd00::4]:80');
    expect(cells(endpoints, { metadata, subsets: [subset(4)] }).Endpoints).toBe(
      '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...',
    );
  });
});
