/**
 * The image of sandboxes, made on the machine itself: no registry is needed, and a machine with nothing but Docker has it
 * in milliseconds. Its one file is an ELF program that ignores SIGCHLD (so that, as process 1 of a shared PID namespace,
 * the kernel reaps for it) and then waits for ever. It only ever ends by SIGKILL.
 */
import { Readable } from 'node:stream';
import { tarFile } from './tar.ts';

const SIGCHLD = 17;

/** Little-endian code, then struct sigaction { SIG_IGN, 0, 0, 0 } at `actionAt`, counted from the code's start. */
interface Program {
  machine: number;
  code: Uint8Array;
}

function x86(): Program {
  const code = Uint8Array.of(
    ...[0xb8, 13, 0, 0, 0], //             mov  eax, 13          rt_sigaction
    ...[0xbf, SIGCHLD, 0, 0, 0], //        mov  edi, SIGCHLD
    ...[0x48, 0x8d, 0x35, 19, 0, 0, 0], // lea  rsi, [rip + 19]  the action, behind the code
    ...[0x31, 0xd2], //                    xor  edx, edx
    ...[0x41, 0xba, 8, 0, 0, 0], //        mov  r10d, 8
    ...[0x0f, 0x05], //                    syscall
    ...[0xb8, 34, 0, 0, 0], //             mov  eax, 34          pause
    ...[0x0f, 0x05], //                    syscall
    ...[0xeb, 0xf7], //                    jmp  -9
  );
  return { machine: 62, code };
}

function arm64(): Program {
  const instructions = [
    0xd2800000 | (SIGCHLD << 5), // mov x0, SIGCHLD
    0x10000181, //                  adr x1, +48     the action, behind the code
    0xd2800002, //                  mov x2, 0
    0xd2800103, //                  mov x3, 8
    0xd2800008 | (134 << 5), //     mov x8, 134     rt_sigaction
    0xd4000001, //                  svc 0
    0xd2800000, //                  mov x0, 0
    0xd2800001, //                  mov x1, 0
    0xd2800002, //                  mov x2, 0
    0xd2800003, //                  mov x3, 0
    0xd2800008 | (73 << 5), //      mov x8, 73      ppoll(NULL, 0, NULL, NULL)
    0xd4000001, //                  svc 0
    0x17fffffa, //                  b   -6          again, should a signal wake it
  ];
  const code = new Uint8Array(instructions.length * 4);
  const view = new DataView(code.buffer);
  for (const [index, instruction] of instructions.entries()) view.setUint32(index * 4, instruction >>> 0, true);
  return { machine: 183, code };
}

/** A static ELF executable of one segment: both headers, the code, the signal action. */
export function pauseProgram(architecture: 'x64' | 'arm64'): Uint8Array {
  const { machine, code } = architecture === 'x64' ? x86() : arm64();
  const base = 0x400000n;
  const codeAt = 64 + 56;
  const action = new BigUint64Array([1n, 0n, 0n, 0n]);
  const size = codeAt + code.length + action.byteLength;
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // executable
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, base + BigInt(codeAt), true); // entry
  view.setBigUint64(32, 64n, true); // program headers
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 5, true); // read, execute
  view.setBigUint64(80, base, true);
  view.setBigUint64(88, base, true);
  view.setBigUint64(96, BigInt(size), true);
  view.setBigUint64(104, BigInt(size), true);
  view.setBigUint64(112, 0x1000n, true);
  file.set(code, codeAt);
  file.set(new Uint8Array(action.buffer), codeAt + code.length);
  return file;
}

export const PAUSE_IMAGE = 'kedge/pause:1';

/** The image's file system, to be given to the Engine API's import. */
export function pauseArchive(architecture: 'x64' | 'arm64'): Readable {
  return Readable.from([tarFile('pause', 0o755, pauseProgram(architecture))]);
}
