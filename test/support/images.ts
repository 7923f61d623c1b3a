/** Images for tests, made from Debian's packages: no image registry can be reached. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Imports Debian's static busybox, with all its applets linked, under the given tags; keeps what is there already. */
export async function importBusybox(tags: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const tag of tags) {
    await run('docker', ['image', 'inspect', tag]).catch(() => missing.push(tag));
  }
  if (missing.length === 0) return;
  const busybox = await staticBusybox();
  const root = await mkdtemp(path.join(os.tmpdir(), 'kedge-busybox-'));
  try {
    for (const folder of ['bin', 'etc', 'tmp', 'root', 'var', 'proc', 'sys', 'dev'])
      await mkdir(path.join(root, folder));
    await cp(busybox, path.join(root, 'bin', 'busybox'));
    const { stdout } = await run(busybox, ['--list']);
    for (const applet of stdout.split('\n')) {
      if (applet !== '' && applet !== 'busybox') await symlink('busybox', path.join(root, 'bin', applet));
    }
    await writeFile(
      path.join(root, 'etc', 'passwd'),
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n',
    );
    await writeFile(path.join(root, 'etc', 'group'), 'root:x:0:\nnogroup:x:65534:\n');
    const archive = path.join(root, '..', `${path.basename(root)}.tar`);
    await run('tar', ['-C', root, '-cf', archive, '.']);
    for (const tag of missing) await run('docker', ['import', '-c', 'CMD ["sh"]', archive, tag]);
    await rm(archive);
  } finally {
    await rm(root, { recursive: true });
  }
}

async function staticBusybox(): Promise<string> {
  const file = '/bin/busybox';
  const isStatic = await run('sh', ['-c', `dpkg -S ${file} | grep -q busybox-static`]).then(
    () => true,
    () => false,
  );
  if (!isStatic) {
    await run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', 'update']);
    await run(
      'apt-get',
      ['-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends', 'busybox-static'],
      {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      },
    );
  }
  return file;
}
