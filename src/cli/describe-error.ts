/** What went wrong, with its causes, on one line; a stack only when asked for. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (process.env.KEDGE_LOG_LEVEL === 'debug') return error.stack ?? error.message;
  const message = oneLine(messageOf(error));
  if (error.cause === undefined) return message;
  const cause = describeError(error.cause);
  return message.includes(cause) ? message : `${message}: ${cause}`;
}

/** Several failures at once (one for each address of a host) have no message of their own. */
function messageOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message || error.name;
  return error.errors.map(describeError).join('; ');
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, '; ');
}
