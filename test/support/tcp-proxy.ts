/** A way to a TCP server that can be cut, blocked and mended, as networks are. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Breaks all connections off, as a machine does that has forgotten them (RST); new ones are let through. */
  reset(): void;
  /** Lets nothing through, on connections old and new, and tells neither end: of both ways, or of the server's answers. */
  block(what: 'all' | 'answers'): void;
  /** What was held goes on its way, on the connections that are left. */
  unblock(): void;
  stop(): Promise<void>;
}

interface Way {
  from: Socket;
  to: Socket;
  isAnswer: boolean;
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const ways = new Set<Way>();
  let blocked: 'all' | 'answers' | undefined;
  let server: Server | undefined;

  function flow({ from, to, isAnswer }: Way): void {
    // Piped twice, all would arrive twice.
    from.unpipe(to);
    if (blocked === 'all' || (blocked === 'answers' && isAnswer)) from.pause();
    else from.pipe(to);
  }

  async function open(port: number): Promise<number> {
    const opened = createServer((client) => {
      const upstream = connect(target);
      for (const way of [
        { from: client, to: upstream, isAnswer: false },
        { from: upstream, to: client, isAnswer: true },
      ]) {
        ways.add(way);
        flow(way);
        way.from.on('error', () => way.to.destroy());
        way.from.on('close', () => {
          ways.delete(way);
          way.to.destroy();
        });
      }
    });
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject);
      opened.listen(port, '127.0.0.1', resolve);
    });
    server = opened;
    return (opened.address() as { port: number }).port;
  }

  function reset(): void {
    for (const { from } of ways) from.resetAndDestroy();
  }

  async function cut(): Promise<void> {
    const closing = server;
    if (closing === undefined) return;
    server = undefined;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const { from } of ways) from.destroy();
    await closed;
  }

  const port = await open(0);
  return {
    port,
    cut,
    mend: async () => {
      await open(port);
    },
    reset,
    block(what) {
      blocked = what;
      for (const way of ways) flow(way);
    },
    unblock() {
      blocked = undefined;
      for (const way of ways) flow(way);
    },
    stop: cut,
  };
}
