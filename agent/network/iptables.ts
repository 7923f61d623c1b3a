/** Applies rulesets, with restore commands and into Kedge's own chains only. */
import type { RunCommand } from '../host/exec.ts';
import { chainName, JUMPS, type Jump } from './rules.ts';

/** Seconds to wait for whoever else holds the xtables lock. */
const WAIT = ['-w', '5'];
const TABLES = ['nat', 'filter'] as const;

/**
 * Puts the ruleset in place: all of a table or nothing of it. Chains of ours that it does not name go. `onTop` also moves
 * the jumps to the top again: Docker, when it starts, puts its own (which may drop) above them. Returns what ownRules then
 * says: while it says the same, everything is in place.
 */
export async function applyRules(run: RunCommand, cluster: string, rules: string, onTop = true): Promise<string> {
  const stale = new Map<string, string[]>();
  for (const table of TABLES) {
    const wanted = new Set(chainsOf(rules, cluster));
    const present = chainsOf(await run('iptables-save', ['-t', table]), cluster);
    stale.set(
      table,
      present.filter((chain) => !wanted.has(chain)),
    );
  }
  await run('iptables-restore', ['--noflush', ...WAIT], rules);
  if (onTop || !(await jumpsInPlace(run, cluster))) await placeJumps(run, cluster);
  for (const table of TABLES) {
    const chains = stale.get(table) ?? [];
    if (chains.length > 0) await run('iptables-restore', ['--noflush', ...WAIT], removal(table, chains));
  }
  const found = await ownRules(run, cluster);
  const wanted = rules.match(/^-A /gm)?.length ?? 0;
  if ((found.match(/^-A /gm)?.length ?? 0) !== wanted + JUMPS.length) {
    throw new Error('another program changed the rules while they were applied');
  }
  return found;
}

/** All of ours that the kernel has, in its own spelling: chains, their rules, and the machine's jumps into them. */
export async function ownRules(run: RunCommand, cluster: string): Promise<string> {
  const prefix = chainName(cluster, '');
  const lines: string[] = [];
  for (const table of TABLES) {
    const saved = await run('iptables-save', ['-t', table]);
    for (const line of saved.split('\n')) {
      // Without the packets that it counted.
      if (line.includes(prefix)) lines.push(line.replace(/ \[\d+:\d+\]$/, ''));
    }
  }
  return lines.join('\n');
}

/** True when every jump into our chains is there; another program's flush takes them away. */
export async function jumpsInPlace(run: RunCommand, cluster: string): Promise<boolean> {
  const found = await Promise.all(JUMPS.map((jump) => hasJump(run, cluster, jump)));
  return found.every(Boolean);
}

/** Removes every rule and chain of the cluster. Idempotent. */
export async function removeRules(run: RunCommand, cluster: string): Promise<void> {
  for (const jump of JUMPS) {
    while (await hasJump(run, cluster, jump))
      await run('iptables', [...WAIT, '-t', jump.table, '-D', ...jumpArgs(cluster, jump)]);
  }
  for (const table of TABLES) {
    const chains = chainsOf(await run('iptables-save', ['-t', table]), cluster);
    if (chains.length > 0) await run('iptables-restore', ['--noflush', ...WAIT], removal(table, chains));
  }
}

/** Declaring a chain empties it, so that none holds on to another when they go. */
function removal(table: string, chains: readonly string[]): string {
  const lines = [`*${table}`, ...chains.map((chain) => `:${chain} - [0:0]`), ...chains.map((chain) => `-X ${chain}`)];
  return `${lines.join('\n')}\nCOMMIT\n`;
}

function chainsOf(text: string, cluster: string): string[] {
  const prefix = chainName(cluster, '');
  return [...text.matchAll(/^:(\S+)/gm)].map((match) => match[1]!).filter((chain) => chain.startsWith(prefix));
}

function jumpArgs(cluster: string, { from, to, match }: Jump): string[] {
  return [from, ...match, '-j', chainName(cluster, to)];
}

async function hasJump(run: RunCommand, cluster: string, jump: Jump): Promise<boolean> {
  return run('iptables', [...WAIT, '-t', jump.table, '-C', ...jumpArgs(cluster, jump)]).then(
    () => true,
    () => false,
  );
}

/** In one transaction a table, so that no packet finds them missing. */
async function placeJumps(run: RunCommand, cluster: string): Promise<void> {
  for (const table of TABLES) {
    const lines: string[] = [];
    for (const jump of JUMPS.filter((each) => each.table === table)) {
      const rule = jumpArgs(cluster, jump).join(' ');
      if (await hasJump(run, cluster, jump)) lines.push(`-D ${rule}`);
      lines.push(`-I ${rule}`);
    }
    await run('iptables-restore', ['--noflush', ...WAIT], `*${table}\n${lines.join('\n')}\nCOMMIT\n`);
  }
}
