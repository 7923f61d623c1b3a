import { expect, it } from 'vitest';
import { parseTextArray, renderTextArray } from '../../../src/db/text-array.ts';

it.each([[[]], [['a', 'b']], [['with space', 'comma,', 'quote"', 'back\\slash', '{brace}', '', 'NULL', 'line\nend']]])(
  'renders %j so that it is read back the same',
  (values) => {
    expect(parseTextArray(renderTextArray(values))).toEqual(values);
  },
);

it('reads what PostgreSQL writes', () => {
  expect(parseTextArray('{a,"b c",NULL,"NULL","x\\"y",""}')).toEqual(['a', 'b c', 'NULL', 'x"y', '']);
  expect(parseTextArray('{}')).toEqual([]);
});
