/**
 * The API server as one fetch handler. A request passes the steps of `createApp` from top to bottom; what happens inside
 * of a verb (decode, default, admit, validate, store, encode) is in handlers/ and registry/. Errors are thrown anywhere
 * and rendered in one place.
 */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { StatusError } from '../meta/status-error.ts';
import { ROOT } from '../meta/tenant.ts';
import type { UpgradeOffer } from '../tunnel/contract.ts';
import { bearerProtocol, bearerToken, mayEnter } from './authn/bearer.ts';
import { assertAllowed } from './authz/forbidden.ts';
import { admitToWork } from './flow/admit.ts';
import { createFlow, type Flow } from './flow/flow.ts';
import { DEFAULT_LIMITS } from './flow/limits.ts';
import type { AppDeps } from './handlers/deps.ts';
import type { ApiRequest } from './handlers/request.ts';
import { respondError, statusErrorOf } from './handlers/respond.ts';
import { isPublic, route } from './handlers/route.ts';

import type { Attention, Metrics } from './metrics/contract.ts';
import { labelsOf } from './metrics/labels.ts';
import { impersonationOf } from './request/impersonation.ts';
import { parseRequestInfo } from './request/info.ts';
import { splitTenantPath } from './request/tenant.ts';
import { ANONYMOUS } from './request/user.ts';

export type { AppDeps } from './handlers/deps.ts';

/** What a host hands to `fetch` beside the request. */
export interface FetchContext {
  upgrade?: UpgradeOffer;
  /** Ends the connection (or the HTTP/2 stream) of a request whose answer cannot go on. Absent: its stream must fail. */
  cut?(): void;
  /** The client asks for SPDY/3.1: its bytes as binary messages. */
  spdy?: UpgradeOffer;
}

interface AppEnv {
  Bindings: FetchContext;
  Variables: { request: ApiRequest; namedTenant: string | undefined };
}

type Step = MiddlewareHandler<AppEnv>;

export function createApp(deps: AppDeps): Hono {
  const app = new Hono<AppEnv>();
  app.onError((error, context) => renderError(deps, context, error));
  app.use(describeRequest(deps));
  if (deps.metrics !== undefined) app.use(observe(deps.metrics));
  app.use(authenticate(deps));
  app.use(impersonate(deps));
  app.use(admit(deps.flow ?? createFlow(DEFAULT_LIMITS, deps.metrics)));
  app.use(authorize(deps));
  if (deps.attention !== undefined) app.use(attend(deps.attention));
  app.all('*', (context) => route(context.var.request));
  // What the steps tell each other is nobody else's business.
  return app as unknown as Hono;
}

/** A client's Audit-ID ties its requests to its own records; one that could do more than that is not taken. */
function requestId(headers: Headers): string {
  const given = headers.get('audit-id');
  return given !== null && /^[A-Za-z0-9._:-]{1,64}$/.test(given) ? given : crypto.randomUUID();
}

/** Splits the tenant from the path and finds out what the request asks for. */
function describeRequest(deps: AppDeps): Step {
  return async (context, next) => {
    const { raw } = context.req;
    const warnings: string[] = [];
    const warned = new Set<string>();
    const url = new URL(raw.url);
    const { tenant, path } = splitTenantPath(url.pathname);
    context.set('namedTenant', tenant);
    context.set('request', {
      deps,
      raw,
      id: requestId(raw.headers),
      tenant: tenant ?? ROOT,
      surface: deps.surfaces.builtIn,
      user: ANONYMOUS,
      operator: false,
      info: parseRequestInfo(raw.method, path, url.searchParams),
      query: url.searchParams,
      warnings,
      warn(message) {
        if (warned.has(message)) return;
        warned.add(message);
        warnings.push(message);
      },
      ...context.env,
    });
    await next();
  };
}

function observe(metrics: Metrics): Step {
  return async (context, next) => {
    const began = performance.now();
    await next();
    const { info, surface } = context.var.request;
    const seconds = (performance.now() - began) / 1000;
    metrics.responded(labelsOf(info, surface), context.res.status, seconds, info.verb === 'watch');
  };
}

/** Bearer tokens only. Without one, only public paths are answered; with a wrong one, none. */
function authenticate(deps: AppDeps): Step {
  return async (context, next) => {
    const { request, namedTenant } = context.var;
    const token = takeToken(request);
    if (token === undefined) {
      if (!isPublic(request.info.path)) throw StatusError.unauthorized();
      return next();
    }
    const found = await deps.authenticator.authenticate(token, undefined, namedTenant);
    if (found === undefined) throw StatusError.unauthorized();
    if (namedTenant !== undefined && !mayEnter(found, namedTenant)) throw StatusError.unauthorized();
    request.tenant = namedTenant ?? found.tenant;
    request.operator = found.tenant === ROOT;
    request.user = found.user;
    const surface = deps.surfaces.of(request.tenant);
    request.surface = surface instanceof Promise ? await surface : surface;
    deps.onTenant?.(request.tenant);
    await next();
  };
}

/** The header's, else that of a WebSocket's subprotocols, which is taken out of them. */
function takeToken(request: ApiRequest): string | undefined {
  const { upgrade } = request;
  const token = bearerToken(request.raw.headers.get('authorization'));
  if (upgrade === undefined) return token;
  const { token: beside, protocols } = bearerProtocol(upgrade.protocols);
  request.upgrade = { protocols, accept: (protocol) => upgrade.accept(protocol) };
  return token ?? beside;
}

function impersonate(deps: AppDeps): Step {
  return async (context, next) => {
    const { request } = context.var;
    const wanted = impersonationOf(request.raw.headers);
    if (wanted !== undefined) {
      if (request.user === ANONYMOUS) throw StatusError.unauthorized();
      const { tenant, user } = request;
      for (const check of wanted.checks) {
        const asked = { ...check, verb: 'impersonate', isResourceRequest: true, path: '' };
        await assertAllowed(deps.authorizer, { tenant, user, request: asked });
      }
      request.user = wanted.user;
    }
    await next();
  };
}

function admit(flow: Flow): Step {
  return async (context, next) => {
    const { request } = context.var;
    await admitToWork(flow, request.surface, request, (work) => {
      request.work = work;
      return next();
    });
  };
}

function authorize(deps: AppDeps): Step {
  return async (context, next) => {
    const { request } = context.var;
    const { tenant, user, info } = request;
    if (!isPublic(info.path)) await assertAllowed(deps.authorizer, { tenant, user, request: info });
    await next();
  };
}

/** From here on, the work is the request's. */
function attend(attention: Attention): Step {
  return (context, next) => {
    const { info, user } = context.var.request;
    return attention.run(() => `${info.verb} ${info.path} by ${user.name}`, next);
  };
}

function renderError(deps: AppDeps, context: Context<AppEnv>, error: unknown): Response {
  const status = statusErrorOf(error);
  const { request } = context.var;
  if (request === undefined) return Response.json(status.status, { status: status.code });
  // 501 and 504 are about what was asked; these two are about us.
  if (status.code === 500 || status.code === 503) {
    const { verb, path } = request.info;
    deps.log.error(
      { err: error, id: request.id, tenant: request.tenant, verb, path, code: status.code },
      status.message,
    );
  }
  return respondError(request, status);
}
