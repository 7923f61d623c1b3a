/**
 * Compiled code from one start to the next, for this process and its children: without it the TypeScript stripper alone
 * takes 17 MB and a fifth of a second. In the user's own folder, because code is run from it. JavaScript, so that nothing
 * is stripped before it applies.
 */
import { enableCompileCache } from 'node:module';
import os from 'node:os';
import path from 'node:path';

process.env.NODE_COMPILE_CACHE ??= path.join(os.homedir(), '.cache', 'kedge', 'compile');
enableCompileCache(process.env.NODE_COMPILE_CACHE);
