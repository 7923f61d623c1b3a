/** Watches over WebSocket, on any host. */
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSocket, openSocket, type SocketOptions, tokenProtocol } from '../support/web-socket.ts';
import { configMap, namespace } from './api-objects.ts';
import type { Session } from './api-session.ts';

export interface SocketHost {
  url: string;
  token: string;
  ca?: string;
  session: Session;
}

const MAPS = '/api/v1/namespaces/sockets/configmaps';

export function describeWebSocketWatch(hostOf: () => SocketHost): void {
  const at = (path: string) => `${hostOf().url}${path}`;
  const trusting = (options: SocketOptions): SocketOptions => {
    const { ca } = hostOf();
    return { ...options, ...(ca === undefined ? {} : { ca }) };
  };
  const asAdmin = (options: SocketOptions = {}) => trusting({ token: hostOf().token, ...options });

  describe('a watch asked for by WebSocket', () => {
    let revision: string;
    beforeAll(async () => {
      const { session } = hostOf();
      await session.expectOk('POST', '/api/v1/namespaces', namespace('sockets'));
      const made = await session.expectOk('POST', MAPS, configMap('first', { text: 'a\nb' }));
      revision = made.metadata.resourceVersion;
    });
    // The namespace's own ConfigMap comes when its controller has time.
    const query = () => `?watch=true&resourceVersion=${revision}&fieldSelector=metadata.name!=kube-root-ca.crt`;

    it('brings each event as one text message', async () => {
      const { session } = hostOf();
      const socket = await expectSocket(at(`${MAPS}${query()}`), asAdmin());
      expect(socket.protocol).toBe('');
      for (const name of ['a', 'b', 'c']) await session.expectOk('POST', MAPS, configMap(name, { text: 'x\ny' }));
      for (const name of ['a', 'b', 'c']) {
        const message = await socket.next();
        expect(message?.isBinary).toBe(false);
        expect(JSON.parse(message!.text)).toMatchObject({
          type: 'ADDED',
          object: { kind: 'ConfigMap', metadata: { name }, data: { text: 'x\ny' } },
        });
      }
      socket.socket.close(1000);
      expect(await socket.closed).toBe(1000);
    });

    it('begins with what is there, and ends cleanly at its time', async () => {
      const socket = await expectSocket(at(`${MAPS}?watch=true&timeoutSeconds=1`), asAdmin());
      const first = JSON.parse((await socket.next())!.text);
      expect(first.type).toBe('ADDED');
      while ((await socket.next()) !== undefined);
      expect(await socket.closed).toBe(1000);
    });

    it.each([['base64.binary.k8s.io'], ['binary.k8s.io']])('is text also by the subprotocol %s', async (protocol) => {
      const socket = await expectSocket(at(`${MAPS}?watch=true`), asAdmin({ protocols: [protocol] }));
      expect(socket.protocol).toBe(protocol);
      const message = await socket.next();
      expect(message?.isBinary).toBe(false);
      expect(JSON.parse(message!.text).type).toBe('ADDED');
      socket.socket.terminate();
    });

    it('takes the token among the subprotocols, as browsers send it, and never answers it', async () => {
      const token = tokenProtocol(hostOf().token);
      const socket = await expectSocket(at(`${MAPS}?watch=true`), trusting({ protocols: [token, 'binary.k8s.io'] }));
      expect(socket.protocol).toBe('binary.k8s.io');
      expect(socket.head).not.toContain(token);
      expect(JSON.parse((await socket.next())!.text).type).toBe('ADDED');
      socket.socket.terminate();
    });

    it.each([
      ['no token', () => ({}), 401],
      ['a wrong token', () => ({ token: 'wrong' }), 401],
      ['a wrong token as a subprotocol', () => ({ protocols: [tokenProtocol('wrong'), 'binary.k8s.io'] }), 401],
      ['a token with no subprotocol beside it', () => ({ protocols: [tokenProtocol(hostOf().token)] }), 401],
      ['two tokens', () => ({ protocols: [tokenProtocol(hostOf().token), tokenProtocol('b'), 'binary.k8s.io'] }), 401],
      [
        'a token in another encoding',
        () => ({ protocols: ['base64url.bearer.authorization.k8s.io.a~b', 'binary.k8s.io'] }),
        401,
      ],
      ['no right to', () => ({ token: hostOf().token, headers: { 'impersonate-user': 'bob' } }), 403],
    ])('with %s is answered over HTTP, before anything is upgraded', async (_what, options, status) => {
      const answer = await openSocket(at(`${MAPS}?watch=true`), trusting(options()));
      expect(answer).toMatchObject({ status, body: { kind: 'Status', code: status } });
    });

    it('that cannot begin is answered over HTTP', async () => {
      const wrong = await openSocket(at(`${MAPS}?watch=true&resourceVersion=abc`), asAdmin());
      expect(wrong).toMatchObject({ status: 400, body: { kind: 'Status', code: 400 } });
      const nowhere = await openSocket(at('/api/v1/nothings?watch=true'), asAdmin());
      expect(nowhere).toMatchObject({ status: 404, body: { kind: 'Status', code: 404 } });
    });
  });

  it('what is no stream is answered over HTTP, although a WebSocket was asked for', async () => {
    const list = await openSocket(at(MAPS), asAdmin());
    expect(list).toMatchObject({ status: 200, body: { kind: 'ConfigMapList' } });
  });
}
