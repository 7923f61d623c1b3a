/** Long lists in their output forms, in pieces: what stands before the items, items, and what stands behind them. */
import { parseOwnJson } from '../../meta/json.ts';
import { apiVersionOf } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import { yamlText } from '../../meta/yaml-text.ts';
import { parseStored, renderStored } from '../registry/stored-form.ts';
import type { OutputForm } from '../request/negotiate.ts';
import type { StoredObject } from '../storage/contract.ts';
import { partialMetadata } from './partial-metadata.ts';
import type { ResourceRequest } from './request.ts';
import { tableOf } from './table.ts';

export interface ListForm {
  contentType: string;
  /** `metadata` is left out where it is only known at the end. */
  head(metadata: object | undefined): string;
  /** Rendered items; `first`: no items stand before these. */
  items(items: readonly StoredObject[], first: boolean): string;
  tail(metadata: object | undefined): string;
}

/** The list as JSON without its items, the name of what holds them, and each as JSON. */
interface Shape {
  outside: object;
  key: 'items' | 'rows';
  render(items: readonly StoredObject[]): string[];
}

export function listForm(request: ResourceRequest, form: OutputForm): ListForm {
  const shape = shapeOf(request, form);
  if (form.media === 'yaml') return yamlForm(shape);
  return form.pretty ? prettyForm(shape) : jsonForm(shape);
}

function shapeOf(request: ResourceRequest, form: OutputForm): Shape {
  const { definition } = request;
  if (form.as === undefined) {
    return {
      outside: {
        kind: definition.listKind ?? `${definition.kind}List`,
        apiVersion: apiVersionOf(definition.group, definition.version),
      },
      key: 'items',
      render: (items) => items.map((item) => renderStored(definition, item, false)),
    };
  }
  const { kind, version } = form.as;
  const parse = (items: readonly StoredObject[]) => items.map((item) => parseStored(definition, item));
  switch (kind) {
    case 'Table': {
      const now = request.deps.now();
      const table = (items: readonly StoredObject[], headers: boolean) =>
        tableOf(definition, parse(items), {}, version, request.query, now, headers) as { rows: object[] };
      const { rows: _rows, ...outside } = table([], true);
      return { outside, key: 'rows', render: (items) => table(items, false).rows.map((row) => JSON.stringify(row)) };
    }
    case 'PartialObjectMetadataList':
      return {
        outside: { kind, apiVersion: `meta.k8s.io/${version}` },
        key: 'items',
        render: (items) => parse(items).map((item) => JSON.stringify(partialMetadata(item, version))),
      };
    case 'PartialObjectMetadata':
      throw StatusError.notAcceptable(['application/json', 'application/yaml']);
  }
}

/** The metadata where it belongs, when it is known. */
function outsideOf({ outside }: Shape, metadata: object | undefined): object {
  return metadata === undefined ? outside : { ...outside, metadata };
}

function jsonForm(shape: Shape): ListForm {
  return {
    contentType: 'application/json',
    head: (metadata) => `${JSON.stringify(outsideOf(shape, metadata)).slice(0, -1)},"${shape.key}":[`,
    items: (items, first) => `${first ? '' : ','}${shape.render(items).join(',')}`,
    tail: (metadata) => (metadata === undefined ? ']}\n' : `],"metadata":${JSON.stringify(metadata)}}\n`),
  };
}

function prettyForm(shape: Shape): ListForm {
  const pretty = (value: unknown) => JSON.stringify(value, null, 2);
  const indented = (value: unknown, by: string) => pretty(value).replaceAll('\n', `\n${by}`);
  return {
    contentType: 'application/json',
    head: (metadata) => `${pretty(outsideOf(shape, metadata)).slice(0, -2)},\n  "${shape.key}": [`,
    items: (items, first) => {
      const texts = shape.render(items).map((text) => `\n    ${indented(parseOwnJson(text), '    ')}`);
      return `${first ? '' : ','}${texts.join(',')}`;
    },
    tail: (metadata) =>
      metadata === undefined ? '\n  ]\n}\n' : `\n  ],\n  "metadata": ${indented(metadata, '  ')}\n}\n`,
  };
}

function yamlForm(shape: Shape): ListForm {
  return {
    contentType: 'application/yaml',
    head: (metadata) => `${yamlText(outsideOf(shape, metadata))}${shape.key}:\n`,
    items(items) {
      const values = shape.render(items).map((text) => parseOwnJson(text));
      return values.length === 0 ? '' : yamlText(values, 1);
    },
    tail: (metadata) => (metadata === undefined ? '' : yamlText({ metadata })),
  };
}
