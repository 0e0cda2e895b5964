import { listenProblem } from './listen-problem.ts';
import { StartError } from './start-error.ts';

/** @throws StartError when something listens on this port of localhost, or it may not be used */
export async function requireFreePort(port: number): Promise<void> {
  // Clients may try either address for "localhost": a stranger on one of them would get their requests.
  for (const host of ['127.0.0.1', '::1']) {
    const problem = await listenProblem(host, port);
    if (problem === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} is in use by another program: stop it, or choose another, as in "PORT=8081 npm start".`,
      );
    }
    if (problem === 'EACCES') {
      throw new StartError(
        `Port ${port} may not be used by this user: choose one above 1023, as in "PORT=8080 npm start".`,
      );
    }
  }
}
