import { describe, expect, test } from 'vitest';
import { parseCron } from '../../../../src/meta/cron/parse.ts';

const fields = (text: string) => {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = parseCron(text);
  return [minute, hour, dayOfMonth, month, dayOfWeek].map(({ values }) => [...values]);
};

describe('a cron schedule', () => {
  test.each([
    ['5 4 3 2 1', [[5], [4], [3], [2], [1]]],
    ['0-10/5,59 0 1 jan Sun', [[0, 5, 10, 59], [0], [1], [1], [0]]],
    ['50/4 0 1 DEC mon-wed', [[50, 54, 58], [0], [1], [12], [1, 2, 3]]],
    [
      '@weekly',
      [
        [0],
        [0],
        Array.from({ length: 31 }, (_, day) => day + 1),
        Array.from({ length: 12 }, (_, month) => month + 1),
        [0],
      ],
    ],
  ])('%s admits %j', (text, expected) => {
    expect(fields(text)).toEqual(expected);
  });

  test('tells a star from all of its values', () => {
    expect(parseCron('0 0 * * ?').dayOfWeek.any).toBe(true);
    expect(parseCron('0 0 */2 * 0-6')).toMatchObject({ dayOfMonth: { any: false }, dayOfWeek: { any: false } });
  });

  test('may have a zone and a delay', () => {
    expect(parseCron('TZ=Asia/Tokyo 0 6 * * *').timeZone).toBe('Asia/Tokyo');
    expect(parseCron('@every 1h30m0.5s').every).toBe(5_400_000_000_000n);
    expect(parseCron('@every 1ms').every).toBe(1_000_000_000n);
  });

  test.each([
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['* * * * * *', 'expected exactly 5 fields, found 6: [* * * * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['9-5 * * * *', 'beginning of range (9) beyond end of range (5): 9-5'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['@often', 'unrecognized descriptor: @often'],
    ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
    ['TZ=Mars/A * * * * *', 'provided bad location Mars/A: unknown time zone Mars/A'],
  ])('%j is none: %s', (text, message) => {
    expect(() => parseCron(text)).toThrow(message);
  });
});
