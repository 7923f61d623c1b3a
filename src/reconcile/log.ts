/** Where the engine tells what an operator should know. pino satisfies it after swapping the arguments. */
export interface Log {
  error(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
}

export const consoleLog: Log = {
  error: (message, fields) => console.error(message, fields),
  warn: (message, fields) => console.warn(message, fields),
};
