import { describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../../src/apis/index.ts';
import type { ResourceDefinition } from '../../../../src/apiserver/registry/contract.ts';
import { Ending, ServedDefinition } from '../../../../src/apiserver/surface/end.ts';
import { createSurface } from '../../../../src/apiserver/surface/surface.ts';
import { createSurfaces } from '../../../../src/apiserver/surface/surfaces.ts';

const VERSION = 'v1.35.0+test';
const pods = builtInKinds.stored.find(({ resource }) => resource === 'pods')!;

function custom(resource: string, version = 'v1'): ResourceDefinition {
  return { ...pods, group: 'example.com', version, kind: resource.toUpperCase(), resource, singular: resource };
}

describe('a surface', () => {
  const surface = createSurface(builtInKinds, VERSION);

  it('finds resources and kinds by group and version', () => {
    expect(surface.find('', 'v1', 'pods')?.kind).toBe('Pod');
    expect(surface.find('apps', 'v1', 'pods')).toBeUndefined();
    expect(surface.findKind('apps', 'v1', 'Deployment')?.resource).toBe('deployments');
    expect(surface.serving('authorization.k8s.io', 'v1', 'subjectaccessreviews')).toMatchObject({
      by: 'answer',
      kind: { kind: 'SubjectAccessReview' },
    });
    expect(surface.find('authorization.k8s.io', 'v1', 'subjectaccessreviews')).toBeUndefined();
    expect(surface.body('policy', 'v1', 'Eviction').kind).toBe('Eviction');
    expect(() => surface.body('', 'v1', 'Pod')).toThrow('is not a kind of bodies');
  });

  it('finds definitions by what rows are stored as, the stored form first', () => {
    expect(surface.storedForm('deployments.apps')?.kind).toBe('Deployment');
    expect(surface.storedForm('events')?.group).toBe('');
    expect(surface.storedForm('widgets.example.com')).toBeUndefined();
    const events = surface.find('events.k8s.io', 'v1', 'events')!;
    expect(surface.sharing(events).map(({ group }) => group)).toEqual(['', 'events.k8s.io']);
  });

  it('refuses two definitions of one resource', () => {
    const twice = { ...builtInKinds, stored: [pods, pods] };
    expect(() => createSurface(twice, VERSION)).toThrow('/v1/pods is registered twice');
  });

  it('knows which groups another server answers for', () => {
    const api = { group: 'metrics.k8s.io', version: 'v1beta1', service: { namespace: 'a', name: 'b', port: 443 } };
    const remote = createSurface({ ...builtInKinds, remote: [api] }, VERSION);
    expect(remote.serving('metrics.k8s.io', 'v1beta1', 'pods')).toEqual({ by: 'remote', api });
    expect(remote.find('metrics.k8s.io', 'v1beta1', 'pods')).toBeUndefined();
  });
});

/** Tenants' kinds as a test sets them; `loads` counts how often they were read. */
function fakeSource() {
  const state = new Map<string, { revision: number; stored: ResourceDefinition[] }>();
  const source = {
    loads: 0,
    set: (tenant: string, revision: number, stored: ResourceDefinition[]) => state.set(tenant, { revision, stored }),
    revision: (tenant: string) => state.get(tenant)?.revision ?? 0,
    async load(tenant: string) {
      source.loads++;
      return { remote: [], ...state.get(tenant)! };
    },
  };
  return source;
}

describe('surfaces of tenants', () => {
  it('are the same one, at once, while nobody has kinds of its own', () => {
    const surfaces = createSurfaces({ builtIn: builtInKinds, gitVersion: VERSION });
    expect(surfaces.of('a')).toBe(surfaces.builtIn);
    expect(surfaces.of('b')).toBe(surfaces.builtIn);
  });

  it('are read once a revision, and are a value afterwards', async () => {
    const source = fakeSource();
    const surfaces = createSurfaces({ builtIn: builtInKinds, gitVersion: VERSION, source });
    source.set('a', 1, [custom('widgets')]);
    const first = await surfaces.of('a');
    expect(first.find('example.com', 'v1', 'widgets')?.kind).toBe('WIDGETS');
    expect(first.find('', 'v1', 'pods')).toBe(pods);
    expect(surfaces.of('a')).toBe(first);
    expect(source.loads).toBe(1);
    expect(surfaces.of('b'), 'another tenant').toBe(surfaces.builtIn);

    source.set('a', 2, []);
    const second = await surfaces.of('a');
    expect(source.loads).toBe(2);
    expect(second.find('example.com', 'v1', 'widgets')).toBeUndefined();
    expect(first.end).toMatchObject({ over: true, next: second });
    expect(second.end.over).toBe(false);
  });

  it('are one for requests that found out at the same time', async () => {
    const source = fakeSource();
    const surfaces = createSurfaces({ builtIn: builtInKinds, gitVersion: VERSION, source });
    source.set('a', 1, [custom('widgets')]);
    const [one, other] = await Promise.all([surfaces.of('a'), surfaces.of('a')]);
    expect(one).toBe(other);
    expect(one?.end.over).toBe(false);
  });

  it('end when they give way to those of other tenants', async () => {
    const source = fakeSource();
    const surfaces = createSurfaces({ builtIn: builtInKinds, gitVersion: VERSION, source, max: 1 });
    source.set('a', 1, [custom('widgets')]);
    source.set('b', 1, [custom('gadgets')]);
    const of = await surfaces.of('a');
    await surfaces.of('b');
    expect(of.end).toMatchObject({ over: true, next: undefined });
  });

  it('make a discovery document once each', async () => {
    const surfaces = createSurfaces({ builtIn: builtInKinds, gitVersion: VERSION });
    const at = () => surfaces.builtIn.discovery.at('/openapi/v3/apis/apps/v1');
    expect(await at()).toBe(await at());
  });
});

describe('a definition that is watched', () => {
  const widgets = custom('widgets');
  function follow(definition: ResourceDefinition) {
    const endings = [new Ending(), new Ending()] as const;
    const of = (stored: ResourceDefinition[], end?: Ending) =>
      createSurface({ ...builtInKinds, stored: [...builtInKinds.stored, ...stored] }, VERSION, end);
    let gone = 0;
    const served = new ServedDefinition(of([widgets], endings[0]), definition, () => {
      gone++;
    });
    return { endings, of, served, gone: () => gone };
  }

  it('is served on while newer surfaces have it unchanged, and gone with the first that has not', () => {
    const { endings, of, served, gone } = follow(widgets);
    endings[0].endWith(of([widgets, custom('gadgets')], endings[1]));
    expect([served.served, gone()]).toEqual([true, 0]);
    endings[1].endWith(of([custom('widgets')]));
    expect([served.served, gone()]).toEqual([false, 1]);
  });

  it('is gone where it is not known what came next', () => {
    const { endings, served, gone } = follow(pods);
    endings[0].endWith(undefined);
    expect([served.served, gone()]).toEqual([false, 1]);
  });

  it('is not told of once it is left', () => {
    const { endings, served, gone } = follow(widgets);
    served.stop();
    endings[0].endWith(undefined);
    expect(gone()).toBe(0);
  });
});
