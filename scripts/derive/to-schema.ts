/** TypeScript declarations to OpenAPI schemas. Formats of numbers and strings are not in the types: see formats.ts. */
import type { TSInterfaceDeclaration, TSType } from '@babel/types';
import type { Schema } from '../../src/meta/schema/types.ts';
import { descriptionOf, type PackageType } from './package-types.ts';
import { TYPE_META, WELL_KNOWN } from './well-known.ts';

type Members = TSInterfaceDeclaration['body']['body'];

/** The definition of one type. Throws on a construct that the package has not used so far. */
export function toDefinition(type: PackageType): Schema {
  const description = type.description === undefined ? {} : { description: type.description };
  const known = WELL_KNOWN[type.name];
  if (known !== undefined) return { ...description, ...known };
  const schema = 'alias' in type.body ? typeSchema(type.body.alias, type) : objectSchema(type.body.members, type);
  return { ...description, ...schema, ...groupVersionKind(type) };
}

function objectSchema(members: Members, type: PackageType): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const member of members) {
    if (member.type === 'TSIndexSignature') {
      return { type: 'object', additionalProperties: typeSchema(annotation(member, type), type) };
    }
    if (member.type !== 'TSPropertySignature') throw unexpected(member.type, type);
    const name = propertyName(member, type);
    const text = descriptionOf(member);
    const schema = typeSchema(annotation(member, type), type);
    const typeMeta = text === undefined && (name === 'apiVersion' || name === 'kind');
    properties[name] = typeMeta
      ? { type: 'string', description: TYPE_META[name] }
      : { ...(text === undefined ? {} : { description: text }), ...schema };
    // A literal apiVersion and kind are what the decoder checks, never a missing field.
    if (member.optional !== true && !typeMeta) required.push(name);
  }
  return {
    type: 'object',
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
  };
}

function typeSchema(node: TSType, type: PackageType): Schema {
  switch (node.type) {
    case 'TSStringKeyword':
      return { type: 'string' };
    case 'TSBooleanKeyword':
      return { type: 'boolean' };
    case 'TSNumberKeyword':
      return { type: 'number' };
    case 'TSArrayType':
      return { type: 'array', items: typeSchema(node.elementType, type) };
    case 'TSParenthesizedType':
      return typeSchema(node.typeAnnotation, type);
    case 'TSTypeLiteral':
      return objectSchema(node.members, type);
    case 'TSLiteralType':
      return { type: 'string', enum: [stringLiteral(node, type)] };
    case 'TSUnionType':
      return { type: 'string', enum: node.types.map((each) => stringLiteral(each, type)) };
    case 'TSTypeReference':
      return reference(node, type);
    default:
      throw unexpected(node.type, type);
  }
}

function reference(node: Extract<TSType, { type: 'TSTypeReference' }>, type: PackageType): Schema {
  if (node.typeName.type !== 'Identifier') throw unexpected(node.typeName.type, type);
  const { name } = node.typeName;
  const argument = node.typeParameters?.params[0];
  if (name === 'Array' && argument !== undefined) {
    return { type: 'array', items: typeSchema(argument, type) };
  }
  const target = type.references.get(name);
  if (target === undefined) throw unexpected(`reference ${name}`, type);
  return { $ref: target };
}

function annotation(member: Members[number], type: PackageType): TSType {
  if (!('typeAnnotation' in member) || member.typeAnnotation?.type !== 'TSTypeAnnotation') {
    throw unexpected(`${member.type} without a type`, type);
  }
  return member.typeAnnotation.typeAnnotation;
}

function propertyName(member: Extract<Members[number], { type: 'TSPropertySignature' }>, type: PackageType): string {
  if (member.key.type === 'StringLiteral') return member.key.value;
  if (member.key.type === 'Identifier') return member.key.name;
  throw unexpected(`key ${member.key.type}`, type);
}

function stringLiteral(node: TSType, type: PackageType): string {
  if (node.type !== 'TSLiteralType' || node.literal.type !== 'StringLiteral') throw unexpected(node.type, type);
  return node.literal.value;
}

/** From the literal types of apiVersion and kind, which only whole kinds have. */
function groupVersionKind(type: PackageType): Pick<Schema, 'x-kubernetes-group-version-kind'> {
  if ('alias' in type.body) return {};
  const literal = (name: string): string | undefined => {
    const member = 'members' in type.body ? type.body.members.find((each) => isNamed(each, name)) : undefined;
    const node = member === undefined ? undefined : annotation(member, type);
    return node?.type === 'TSLiteralType' && node.literal.type === 'StringLiteral' ? node.literal.value : undefined;
  };
  const [apiVersion, kind] = [literal('apiVersion'), literal('kind')];
  if (apiVersion === undefined || kind === undefined) return {};
  const slash = apiVersion.indexOf('/');
  const [group, version] = [apiVersion.slice(0, Math.max(slash, 0)), apiVersion.slice(slash + 1)];
  return { 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
}

function isNamed(member: Members[number], name: string): boolean {
  return member.type === 'TSPropertySignature' && member.key.type === 'StringLiteral' && member.key.value === name;
}

function unexpected(what: string, type: PackageType): Error {
  return new Error(`${type.name}: the derivation does not know ${what}`);
}
