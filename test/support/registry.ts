/** An image registry on loopback that asks for a password, from the image registry:2. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { run } from './cluster.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

export interface Registry {
  /** Host and port, as images and Secrets name it. */
  host: string;
  username: string;
  password: string;
  /** Puts an image of the machine into it, under that name; the machine keeps none of that name. */
  push(image: string, as: string): Promise<void>;
  remove(): Promise<void>;
}

const IMAGE = 'registry:2';
const USERNAME = 'puller';
const PASSWORD = 'let-me-in';
/** bcrypt of the password. */
const HTPASSWD = `${USERNAME}:$2y$05$HsLCsl.ij788FicU8WwYZOK9FNHKR/QhoDZo7aycDk/CD3s1InDdG\n`;

export async function startRegistry(): Promise<Registry> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const name = path.basename(folder).toLowerCase();
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: '/tmp/registry' } },
    http: { addr: host },
    auth: { htpasswd: { realm: 'private', path: '/auth/htpasswd' } },
  };
  await writeFile(path.join(folder, 'htpasswd'), HTPASSWD);
  await writeFile(path.join(folder, 'config.yml'), JSON.stringify(config));
  await docker(
    ...['run', '--detach', '--rm', '--name', name, '--network', 'host', '--tmpfs', '/tmp', '-v', `${folder}:/auth:ro`],
    // Debian calls the program by another name than the project.
    ...['--entrypoint', (await hasProgram('registry')) ? 'registry' : 'docker-registry', IMAGE],
    ...['serve', '/auth/config.yml'],
  );
  await eventually(async () => {
    const { status } = await fetch(`http://${host}/v2/`);
    if (status !== 401) throw new Error(`the registry answers ${status}`);
  }, 30);

  return {
    host,
    username: USERNAME,
    password: PASSWORD,
    async push(image, as) {
      const full = `${host}/${as}`;
      const client = ['--config', folder];
      await docker(...client, 'login', '--username', USERNAME, '--password', PASSWORD, host);
      await docker('tag', image, full);
      await docker(...client, 'push', full);
      await docker('rmi', full);
    },
    async remove() {
      await run('docker', ['rm', '-f', name]);
      const { stdout } = await run('docker', ['images', '-q', '--filter', `reference=${host}/*/*`]);
      if (stdout.trim() !== '') {
        const { stdout: tags } = await run('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}']);
        await run('docker', ['rmi', ...tags.split('\n').filter((tag) => tag.startsWith(`${host}/`))]);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function hasProgram(program: string): Promise<boolean> {
  const { code } = await run('docker', ['run', '--rm', '--entrypoint', program, IMAGE, '--help']);
  return code === 0;
}

async function docker(...args: string[]): Promise<void> {
  const { code, stderr } = await run('docker', args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
}
