import { describe, expect, it } from 'vitest';
import { readGoBinary } from '../../../scripts/derive-protobuf/go-binary.ts';
import { type GoField, type GoType, readStructs } from '../../../scripts/derive-protobuf/go-types.ts';
import { definitionName, deriveMessages } from '../../../scripts/derive-protobuf/messages.ts';

function type(kind: GoType['kind'], text: string, parts: Partial<GoType> = {}): GoType {
  const none = () => {
    throw new Error(`${text} has none`);
  };
  return { kind, text, packagePath: '', methods: () => [], element: none, key: none, fields: none, ...parts };
}

const string = type('string', 'string');
const int32 = type('int32', 'int32');
const bytes = sliceOf(type('uint8', 'uint8'));

function sliceOf(element: GoType): GoType {
  return type('slice', `[]${element.text}`, { element: () => element });
}

function pointerTo(element: GoType): GoType {
  return type('pointer', `*${element.text}`, { element: () => element });
}

function mapOf(key: GoType, element: GoType): GoType {
  return type('map', `map[${key.text}]${element.text}`, { key: () => key, element: () => element });
}

function struct(name: string, fields: GoField[], methods: string[] = []): GoType {
  return type('struct', `v1.${name}`, {
    packagePath: 'k8s.io/api/core/v1',
    methods: () => methods,
    fields: () => fields,
  });
}

/** `tags` are those of json and protobuf. */
function field(name: string, of: GoType, [json, protobuf]: [string?, string?], embedded = false): GoField {
  const tags: Record<string, string | undefined> = { json, protobuf };
  return { name, type: of, embedded, tag: (key) => tags[key] };
}

function derive(root: GoType) {
  return deriveMessages(new Map([['k8s.io/api/core/v1.Thing', root]]), ['io.k8s.api.core.v1.Thing']);
}

describe('a Go type becomes a message', () => {
  it('of scalars, lists, maps and other messages, by the Go types rather than the wire types of the tags', () => {
    const part = struct('Part', [field('Size', int32, ['size', 'varint,1,opt,name=size'])]);
    const policy = type('string', 'v1.Policy', { packagePath: 'k8s.io/api/core/v1' });
    const thing = struct('Thing', [
      field('Name', string, ['name', 'bytes,1,opt,name=name']),
      field('Data', mapOf(string, bytes), ['data,omitempty', 'bytes,2,rep,name=data']),
      field('Policy', pointerTo(policy), ['policy,omitempty', 'varint,4,opt,name=policy']),
      field('Parts', sliceOf(part), ['parts', 'bytes,5,opt,name=parts']),
      field('Token', bytes, ['token,omitempty', 'bytes,6,opt,name=token']),
      field('Ignored', string, ['ignored', '-']),
    ]);
    expect(derive(thing)).toEqual({
      'io.k8s.api.core.v1.Part': { fields: { 1: { name: 'size', scalar: 'int32' } } },
      'io.k8s.api.core.v1.Thing': {
        fields: {
          1: { name: 'name', scalar: 'string' },
          2: { name: 'data', repeated: 'map', scalar: 'bytes' },
          4: { name: 'policy', scalar: 'string' },
          5: { name: 'parts', repeated: 'list', message: 'io.k8s.api.core.v1.Part' },
          6: { name: 'token', scalar: 'bytes', omitZero: true },
        },
      },
    });
  });

  it('leaves out zero values as Go does: structs for omitzero alone, pointers never', () => {
    const part = struct('Part', []);
    const thing = struct('Thing', [
      field('A', int32, ['a,omitempty', 'varint,1,opt,name=a']),
      field('B', pointerTo(int32), ['b,omitempty', 'varint,2,opt,name=b']),
      field('C', part, ['c,omitempty', 'bytes,3,opt,name=c']),
      field('D', part, ['d,omitzero', 'bytes,4,opt,name=d']),
    ]);
    const { fields } = derive(thing)['io.k8s.api.core.v1.Thing']!;
    expect(Object.values(fields).map((each) => each.omitZero)).toEqual([true, undefined, undefined, true]);
  });

  it('with embedded structs in place, and defined lists wrapped', () => {
    const source = struct('Source', []);
    const verbs = { ...sliceOf(string), text: 'v1.Verbs', packagePath: 'k8s.io/apimachinery/pkg/apis/meta/v1' };
    const thing = struct('Thing', [
      field('TypeMeta', struct('TypeMeta', []), [',inline', undefined], true),
      field('Source', source, [',inline', 'bytes,1,opt,name=source'], true),
      field('ObjectMeta', struct('ObjectMeta', []), ['metadata,omitempty', 'bytes,2,opt,name=metadata'], true),
      field('Verbs', verbs, ['verbs', 'bytes,3,opt,name=verbs']),
    ]);
    const messages = derive(thing);
    expect(messages['io.k8s.api.core.v1.Thing']?.fields).toEqual({
      1: { name: '', message: 'io.k8s.api.core.v1.Source' },
      2: { name: 'metadata', message: 'io.k8s.api.core.v1.ObjectMeta' },
      3: { name: 'verbs', message: 'io.k8s.apimachinery.pkg.apis.meta.v1.Verbs' },
    });
    expect(messages['io.k8s.apimachinery.pkg.apis.meta.v1.Verbs']).toEqual({
      form: 'items',
      fields: { 1: { name: 'items', repeated: 'list', scalar: 'string' } },
    });
  });

  it.each<[string, GoType, RegExp]>([
    ['with a JSON form that is not known', struct('Thing', [], ['MarshalJSON']), /has a JSON form of its own/],
    [
      'with numbers as keys',
      struct('Thing', [field('M', mapOf(int32, string), ['m', 'bytes,1,rep,name=m'])]),
      /map\[int32\]string: the derivation knows no such keys/,
    ],
    [
      'of a kind that is not known',
      struct('Thing', [field('I', type('other', 'interface {}'), ['i', 'bytes,1,opt,name=i'])]),
      /does not know how interface {} is encoded/,
    ],
    [
      'with a number twice',
      struct('Thing', [field('A', string, ['a', 'bytes,1,opt']), field('B', string, ['b', 'bytes,1,opt'])]),
      /no field number for B, or one that is taken/,
    ],
  ])('but not one %s', (_, thing, message) => {
    expect(() => derive(thing)).toThrow(message);
  });

  it('but only if the program has it', () => {
    expect(() => deriveMessages(new Map(), ['io.k8s.api.core.v1.Pod'])).toThrow(
      'the program has no type for io.k8s.api.core.v1.Pod',
    );
  });
});

it('names follow the path of the package', () => {
  expect(definitionName('k8s.io/api/core/v1.ConfigMap')).toBe('io.k8s.api.core.v1.ConfigMap');
});

describe('a program that cannot be read is refused:', () => {
  it('no ELF file', () => {
    expect(() => readGoBinary(new Uint8Array(100))).toThrow('not a little-endian 64-bit ELF file');
  });

  it('one that is relocated when it starts', () => {
    const file = new Uint8Array(64);
    file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
    file[16] = 3;
    expect(() => readGoBinary(file)).toThrow('not an executable of fixed addresses');
  });

  it('one of a Go release whose layout of types is not known', () => {
    const binary = {
      goVersion: 'go1.31.2',
      section: () => ({ address: 0, size: 0 }),
      at: () => new DataView(new ArrayBuffer(0)),
    };
    expect(() => readStructs(binary)).toThrow(/layout of types of go1\.31\.2 is not known/);
  });
});
