/** A light client beside the flood: asks for /livez again and again, in a process of its own. */
import https from 'node:https';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const [url, ca] = [process.argv[2]!, process.argv[3]!];
const agent = new https.Agent({ keepAlive: true, ca });
const took: number[] = [];

process.on('message', () => {
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0;
  process.send!({
    probed: {
      count: took.length,
      p50: at(0.5),
      p99: at(0.99),
      max: at(1),
      over200: took.filter((ms) => ms > 200).length,
    },
  });
  process.exit(0);
});

for (;;) {
  const began = performance.now();
  await once().catch(() => {});
  took.push(performance.now() - began);
  await sleep(25);
}

function once(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = https.get(`${url}/livez`, { agent }, (response) => response.resume().on('end', resolve));
    request.on('error', reject);
  });
}
