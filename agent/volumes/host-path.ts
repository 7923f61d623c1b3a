import path from 'node:path';
import { own } from '../../src/meta/own.ts';
import { kindOfPath, makeFolder, type PathKind, touchFile } from '../host/files.ts';
import { VolumeError, type VolumePlugin } from './contract.ts';

const EXPECTED: Record<string, { kind: PathKind; name: string }> = {
  Directory: { kind: 'directory', name: 'directory' },
  DirectoryOrCreate: { kind: 'directory', name: 'directory' },
  File: { kind: 'file', name: 'file' },
  FileOrCreate: { kind: 'file', name: 'file' },
  Socket: { kind: 'socket', name: 'socket file' },
  CharDevice: { kind: 'char', name: 'character device' },
  BlockDevice: { kind: 'block', name: 'block device' },
};

export const hostPaths: VolumePlugin = {
  async setUp(_pod, { hostPath }) {
    await ensureHostPath(hostPath!.path, hostPath!.type ?? '');
    return { path: hostPath!.path, readOnly: false };
  },
};

/** Checks, and where the type says so creates, a hostPath volume's source. Messages are the kubelet's. */
async function ensureHostPath(target: string, type: string): Promise<void> {
  const kind = await kindOfPath(target);
  if (kind === 'absent') {
    // Docker refuses to bind what is not there; the kubelet's runtimes make a folder for an untyped one.
    if (type === 'DirectoryOrCreate' || type === '') return makeFolder(target, 0o755);
    if (type === 'FileOrCreate') {
      if ((await kindOfPath(path.dirname(target))) === 'directory') return touchFile(target, 0o644);
    }
  }
  const expected = own(EXPECTED, type);
  if (expected !== undefined && kind !== expected.kind) {
    throw new VolumeError(`hostPath type check failed: ${target} is not a ${expected.name}`);
  }
}
