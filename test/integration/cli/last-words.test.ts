import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lastWords } from '../../../src/cli/up/last-words.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-words-'));
});
afterAll(() => rm(folder, { recursive: true }));

const wordsOf = async (text: string) => {
  const file = path.join(folder, 'log');
  await writeFile(file, text);
  return lastWords(file);
};

it('are the message of the last line, plain or JSON, or of a crash the line above its stack', async () => {
  expect(await wordsOf('')).toBe('');
  expect(await wordsOf('first\nlast\n')).toBe('last');
  expect(await wordsOf('{"msg":"it failed","error":{"message":"no room"}}\n')).toBe('it failed: no room');
  expect(await wordsOf('{"msg":"the disk refuses","err":"EIO"}\n')).toBe('the disk refuses: EIO');
  expect(await wordsOf('Error: no room\n    at write (a.ts:1:2)\n    at b.ts:3:4\n\nNode.js v24.21.0\n')).toBe(
    'Error: no room',
  );
  expect(await wordsOf(`${'x'.repeat(10_000)}\n`)).toHaveLength(300);
});
