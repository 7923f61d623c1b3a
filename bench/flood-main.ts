/** `npm run bench:flood`: the flood alone. What follows `--` goes to the control plane's Node. */
import { startControlPlane } from './control-plane.ts';
import { measureFlood } from './flood.ts';

const plane = await startControlPlane(process.argv.slice(2));
try {
  await measureFlood(plane);
} finally {
  await plane.stop();
}
