import { describe, expect, test } from 'vitest';
import {
  parseDeleteOptions,
  parseListOptions,
  parseResourceVersion,
  parseWriteOptions,
} from '../../../../src/apiserver/request/options.ts';

const query = (text: string) => new URLSearchParams(text);

describe('list options', () => {
  test('defaults', () => {
    expect(parseListOptions(query(''), false, { name: '' })).toEqual({
      labelSelector: '',
      fieldSelector: '',
      resourceVersion: '',
      resourceVersionMatch: '',
      limit: 0,
      continue: '',
      allowWatchBookmarks: false,
    });
  });

  test.each([
    ['limit=abc', 'strconv.ParseInt: parsing "abc": invalid syntax'],
    ['resourceVersionMatch=Exact', 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
    ['resourceVersionMatch=Exact&resourceVersion=0', 'forbidden for resourceVersion "0"'],
    ['resourceVersionMatch=Never&resourceVersion=1', 'Unsupported value: "Never"'],
    ['resourceVersionMatch=Exact&resourceVersion=1&continue=x', 'forbidden when continue is provided'],
    ['sendInitialEvents=true', 'sendInitialEvents is forbidden for list'],
  ])('a list with %s is refused', (text, message) => {
    expect(() => parseListOptions(query(text), false, { name: '' })).toThrow(message);
  });

  test.each([
    ['resourceVersionMatch=NotOlderThan', 'forbidden for watch unless sendInitialEvents is provided'],
    ['sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    ['sendInitialEvents=true&resourceVersionMatch=Exact', 'Unsupported value: "Exact"'],
  ])('a watch with %s is refused', (text, message) => {
    expect(() => parseListOptions(query(text), true, { name: '' })).toThrow(message);
  });

  test('a watch may begin with the current state', () => {
    const options = parseListOptions(query('sendInitialEvents=true&resourceVersionMatch=NotOlderThan'), true, {
      name: '',
    });
    expect(options.sendInitialEvents).toBe(true);
  });

  test('a resourceVersion that is no number is refused', () => {
    expect(parseResourceVersion('')).toBeUndefined();
    expect(parseResourceVersion('12')).toBe(12);
    expect(() => parseResourceVersion('abc')).toThrow(/Invalid value: "abc"/);
    expect(() => parseResourceVersion('-1')).toThrow(/Invalid value: "-1"/);
  });
});

describe('write options', () => {
  test('unknown fields give warnings unless asked otherwise', () => {
    const none = { dryRun: false, fieldManager: '', force: false, fieldValidation: 'Warn' };
    expect(parseWriteOptions(query(''), 'CreateOptions', null)).toEqual(none);
    expect(parseWriteOptions(query('dryRun=All&fieldValidation=Strict'), 'CreateOptions', null)).toEqual({
      ...none,
      dryRun: true,
      fieldValidation: 'Strict',
    });
  });

  test.each([
    ['fieldManager=ada', 'kubectl/v1.35.4 (linux/amd64)', 'ada'],
    ['', 'kubectl/v1.35.4 (linux/amd64)', 'kubectl'],
    ['', 'curl', 'curl'],
    ['', `${'x'.repeat(200)}/1`, 'x'.repeat(128)],
  ])('the manager of %j and User-Agent %j is %s', (text, userAgent, manager) => {
    expect(parseWriteOptions(query(text), 'UpdateOptions', userAgent).fieldManager).toBe(manager);
  });

  test.each([
    [
      'dryRun=Some',
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: "Some": supported values: "All"',
    ],
    ['fieldValidation=Loose', 'supported values: "Ignore", "Strict", "Warn"'],
    [`fieldManager=${'x'.repeat(129)}`, 'fieldManager: Too long'],
  ])('%s is refused', (text, message) => {
    expect(() => parseWriteOptions(query(text), 'CreateOptions', null)).toThrow(message);
  });

  test('force needs server-side apply', () => {
    expect(() => parseWriteOptions(query('force=true'), 'PatchOptions', null)).toThrow(
      'force: Forbidden: may not be specified for non-apply patch',
    );
  });
});

describe('delete options', () => {
  test('come from the query when there is no body', () => {
    expect(parseDeleteOptions(query('gracePeriodSeconds=5&propagationPolicy=Orphan&dryRun=All'), undefined)).toEqual({
      dryRun: true,
      gracePeriodSeconds: 5,
      propagationPolicy: 'Orphan',
    });
  });

  test('the body wins', () => {
    const body = { kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid: 'u' } };
    expect(parseDeleteOptions(query('gracePeriodSeconds=5'), body)).toEqual({
      dryRun: false,
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u' },
    });
  });

  test.each([
    [{ propagationPolicy: 'Sideways' }, 'propagationPolicy: Unsupported value: "Sideways"'],
    [{ propagationPolicy: 'Orphan', orphanDependents: true }, 'cannot be both set'],
    [{ dryRun: ['x'] }, 'dryRun: Unsupported value: "x"'],
  ])('%j is refused', (body, message) => {
    expect(() => parseDeleteOptions(query(''), body)).toThrow(message);
  });
});
