/** OpenAPI v3's `paths` as v2 has them: bodies are parameters, and media types are the operation's. */
import { setOwn } from '../../meta/own.ts';
import { METHODS, type Operation, type Parameter, type PathItem } from './openapi-paths.ts';

export interface PathsV2 {
  paths: Record<string, object>;
  /** Of the document: what operations refer to, by name, instead of repeating it. */
  parameters: Record<string, object>;
}

export function pathsToV2(paths: Readonly<Record<string, PathItem>>): PathsV2 {
  const shared = new SharedParameters();
  const converted = Object.entries(paths).map(([path, item]): [string, object] => {
    const operations = METHODS.flatMap((method): [string, object][] => {
      const operation = item[method];
      return operation === undefined ? [] : [[method, operationToV2(operation, shared)]];
    });
    return [path, { ...Object.fromEntries(operations), parameters: item.parameters.map((each) => shared.refer(each)) }];
  });
  return { paths: Object.fromEntries(converted), parameters: shared.byName };
}

function operationToV2(operation: Operation, shared: SharedParameters): object {
  const { requestBody, parameters, responses, ...rest } = operation;
  const body = Object.values(requestBody?.content ?? {})[0];
  const answers = Object.entries(responses);
  return {
    ...rest,
    consumes: Object.keys(requestBody?.content ?? { '*/*': {} }),
    produces: [...new Set(answers.flatMap(([, { content }]) => Object.keys(content)))],
    schemes: ['https'],
    parameters: [
      ...parameters.map((each) => shared.refer(each)),
      ...(body === undefined ? [] : [{ name: 'body', in: 'body', required: true, schema: body.schema }]),
    ],
    responses: Object.fromEntries(
      answers.map(([code, { description, content }]) => [
        code,
        { description, schema: Object.values(content)[0]?.schema },
      ]),
    ),
  };
}

/** A query parameter of one name is the same everywhere. */
class SharedParameters {
  readonly byName: Record<string, object> = {};

  refer({ schema, ...rest }: Parameter): object {
    const parameter = { ...rest, ...schema };
    if (parameter.in !== 'query') return parameter;
    setOwn(this.byName, parameter.name, parameter);
    return { $ref: `#/parameters/${parameter.name}` };
  }
}
