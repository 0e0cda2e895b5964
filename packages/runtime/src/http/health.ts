import type { FastifyPluginAsync } from 'fastify';

export interface ReadinessResult {
  ok: boolean;
  /** A sentence for operators. It is public: no addresses, no credentials. */
  detail?: string;
}

export interface Readiness {
  status: 'ready' | 'not-ready' | 'draining';
  checks: Record<string, ReadinessResult>;
}

/** What a process says about itself to load balancers and orchestrators. */
export interface Health {
  /** `check` says whether requests can be served; one that rejects or takes over two seconds counts as failed. */
  addReadinessCheck(name: string, check: () => Promise<ReadinessResult>): void;
  /** From now on not ready, so that load balancers send requests elsewhere. */
  startDraining(): void;
  readiness(): Promise<Readiness>;
  /** GET /healthz: the process lives. GET /readyz: 200 or 503, with every check. */
  routes: FastifyPluginAsync;
}

/** Orchestrators give a probe about this long. */
const checkTimeoutMilliseconds = 2_000;

export function createHealth(): Health {
  const checks = new Map<string, () => Promise<ReadinessResult>>();
  let draining = false;

  async function readiness(): Promise<Readiness> {
    const results = await Promise.all(
      [...checks].map(async ([name, check]) => [name, await runCheck(check)] as const),
    );
    const ready = results.every(([, { ok }]) => ok);
    return {
      status: draining ? 'draining' : ready ? 'ready' : 'not-ready',
      checks: Object.fromEntries(results),
    };
  }

  return {
    addReadinessCheck: (name, check) => void checks.set(name, check),
    startDraining: () => {
      draining = true;
    },
    readiness,
    routes: async (app) => {
      app.get('/healthz', { logLevel: 'warn' }, async () => ({ status: 'alive' }));
      app.get('/readyz', { logLevel: 'warn' }, async (_request, reply) => {
        const answer = await readiness();
        return reply.code(answer.status === 'ready' ? 200 : 503).send(answer);
      });
    },
  };
}

async function runCheck(check: () => Promise<ReadinessResult>): Promise<ReadinessResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<ReadinessResult>((resolve) => {
    timer = setTimeout(resolve, checkTimeoutMilliseconds, {
      ok: false,
      detail: 'No answer within 2 seconds.',
    });
  });
  try {
    return await Promise.race([check(), timeout]);
  } catch {
    // The error's text could name hosts and users; whoever checks logs it.
    return { ok: false, detail: 'The check failed.' };
  } finally {
    clearTimeout(timer);
  }
}
