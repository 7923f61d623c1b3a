/** The environment variables that tell a container of the services of its namespace. */
import type { Service } from '../../src/client/resources.ts';

export interface ServiceView {
  readonly items: ReadonlyMap<string, Service>;
}

/** Of the namespace's services (if `links`) and of default/kubernetes always, as upstream. */
export function serviceEnvironment(services: ServiceView, namespace: string, links: boolean): Map<string, string> {
  const env = new Map<string, string>();
  const chosen = new Map<string, Service>();
  for (const service of services.items.values()) {
    const { name = '', namespace: where } = service.metadata;
    const isMaster = where === 'default' && name === 'kubernetes';
    if (!isMaster && !(links && where === namespace)) continue;
    if (isMaster && chosen.has(name) && where !== namespace) continue;
    chosen.set(name, service);
  }
  for (const service of chosen.values()) {
    const ip = service.spec?.clusterIP;
    const ports = service.spec?.ports ?? [];
    if (!ip || ip === 'None' || ports.length === 0) continue;
    const prefix = variableName(service.metadata.name ?? '');
    env.set(`${prefix}_SERVICE_HOST`, ip);
    env.set(`${prefix}_SERVICE_PORT`, String(ports[0]!.port));
    for (const { name, port } of ports) if (name) env.set(`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port));
    for (const [index, { port, protocol = 'TCP' }] of ports.entries()) {
      const scheme = protocol.toLowerCase();
      const host = ip.includes(':') ? `[${ip}]` : ip;
      const url = `${scheme}://${host}:${port}`;
      const each = `${prefix}_PORT_${port}_${protocol}`;
      if (index === 0) env.set(`${prefix}_PORT`, url);
      env.set(each, url);
      env.set(`${each}_PROTO`, scheme);
      env.set(`${each}_PORT`, String(port));
      env.set(`${each}_ADDR`, ip);
    }
  }
  return env;
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
