import { expect, test } from 'vitest';
import {
  firstMissing,
  formatIndexes,
  has,
  indexesOf,
  parseIndexes,
  total,
  totalInBoth,
  union,
} from '../../../../src/controllers/job/indexes.ts';

test.each<[number[], string]>([
  [[], ''],
  [[3], '3'],
  [[2, 1], '1,2'],
  [[7, 1, 3, 4, 5], '1,3-5,7'],
  [[0, 1, 2, 2, 2, 9], '0-2,9'],
])('the indexes %j are written as "%s" and read again', (numbers, text) => {
  expect(formatIndexes(indexesOf(numbers))).toBe(text);
  expect(formatIndexes(parseIndexes(text, 100))).toBe(text);
  expect(total(parseIndexes(text, 100))).toBe(new Set(numbers).size);
});

test('indexes that a shrunken Job has no more are left out', () => {
  expect(formatIndexes(parseIndexes('0,3-6,8', 5))).toBe('0,3,4');
});

test('sets of indexes are joined, compared and looked into', () => {
  const set = union(parseIndexes('1-3', 10), parseIndexes('3-4,8', 10));
  expect(formatIndexes(set)).toBe('1-4,8');
  expect([0, 1, 4, 5, 8, 9].map((index) => has(set, index))).toEqual([false, true, true, false, true, false]);
  expect(totalInBoth(set, parseIndexes('4-8', 10))).toBe(2);
});

test('the lowest indexes that are missing come first, and none beyond the completions', () => {
  expect(firstMissing(parseIndexes('0,2-3', 10), 3, 10)).toEqual([1, 4, 5]);
  expect(firstMissing(parseIndexes('0,2-3', 10), 9, 5)).toEqual([1, 4]);
  expect(firstMissing([], 2, 1)).toEqual([0]);
});
