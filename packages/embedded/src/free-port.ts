import getPort, { portNumbers } from 'get-port';
import { listenProblem } from './listen-problem.ts';

// Below the ranges from which Linux (32768) and macOS (49152) pick client ports, so that a remembered port is not
// taken by some outgoing connection between two starts.
const CANDIDATES = [...portNumbers(20_000, 32_000)];

/** A free port of 127.0.0.1: `preferred` if it is free, else a random one, as copies may be starting side by side. */
export async function freePort(preferred?: number): Promise<number> {
  // Asked directly: get-port does not hand out a port again that it named in the last seconds.
  if (preferred && (await listenProblem('127.0.0.1', preferred)) === undefined) return preferred;
  const start = Math.floor(Math.random() * CANDIDATES.length);
  return getPort({ host: '127.0.0.1', port: [...CANDIDATES.slice(start), ...CANDIDATES.slice(0, start)] });
}
