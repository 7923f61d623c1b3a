/** What every answer must be, whatever was asked. */
import { load } from 'js-yaml';
import type { Answer } from './client.ts';

/** 501 is said of what is not served; the others when the host or its database has too much to do. */
const JUSTIFIED: Readonly<Record<number, RegExp>> = {
  503: /^(ServiceUnavailable|Timeout|TooManyRequests)$/,
  504: /^Timeout$/,
};
const STACK = /\bat \S+ \(?(file:|\/|node:)|node_modules\//;

/** What is wrong with an answer; undefined: nothing. `secrets`: texts of other tenants. */
export function wrongWith(answer: Answer, method: string, secrets: readonly string[]): string | undefined {
  const { status, headers, text, cut } = answer;
  for (const secret of secrets) if (text.includes(secret)) return `a value of the other tenant: ${secret}`;
  if (headers['x-injected'] !== undefined) return 'a header that the client wrote';
  if (status < 200 || (status >= 300 && status < 400 && status !== 304)) return `status ${status}`;
  // Node's parser refuses heads of that size before anybody reads them, as Go's.
  if (status === 431) return undefined;
  if (cut || method === 'HEAD') return status === 500 ? 'status 500' : undefined;
  const body = parsed(headers['content-type'] ?? '', text);
  if (typeof body === 'string') return body;
  if (status < 400) return undefined;
  return wrongError(status, body?.object, text);
}

/** The body, an error as text when it is not what its type says, or nothing when it is of another type. */
function parsed(contentType: string, text: string): { object: unknown } | string | undefined {
  try {
    if (/^application\/json(;(?!stream)|$)/.test(contentType))
      return text === '' ? 'no body' : { object: JSON.parse(text) };
    if (contentType.startsWith('application/yaml')) return { object: load(text) };
  } catch (error) {
    return `not ${contentType}: ${(error as Error).message.slice(0, 200)}`;
  }
  return undefined;
}

function wrongError(code: number, body: unknown, text: string): string | undefined {
  const { kind, reason, message, code: said, status } = (body ?? {}) as Record<string, unknown>;
  const head = `${code} ${String(reason)}: ${String(message).slice(0, 300)}`;
  if (code === 500 || code === 502 || code > 504) return head;
  if (kind !== 'Status' || status !== 'Failure' || said !== code) return `no Status: ${code} ${text.slice(0, 200)}`;
  if (typeof message !== 'string' || message === '' || typeof reason !== 'string')
    return `no reason or message: ${head}`;
  if (reason === '' && code !== 415) return `no reason: ${head}`;
  const justified = JUSTIFIED[code];
  if (justified !== undefined && !justified.test(reason)) return head;
  if (STACK.test(message)) return `a stack: ${head}`;
  return undefined;
}
