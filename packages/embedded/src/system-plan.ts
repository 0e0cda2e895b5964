import path from 'node:path';
import { roleNameOf, type ServiceSchema } from '@deskfleet/database';
import type { EmbeddedSettings } from './embedded-settings.ts';
import { AUDIENCE, issuerUrl } from './identity-provider/provider-settings.ts';
import type { ProcessDefinition } from './process-definition.ts';
import { cacheFolder, repositoryRoot } from './project-folders.ts';
import type { Ports, Secrets } from './remembered.ts';
import { simulatedAccess, simulatedWays } from './simulated-access.ts';

/** Prefix of the services' database roles. */
export const ROLE_PREFIX = 'deskfleet';

const SIMULATED_REGION = 'us-east-1';
const STAGE = { simulator: 2, services: 3 };
// Settings of this package, which services would take for misspelt ones of theirs.
const OWN_SETTINGS = ['PORT', 'HOST', 'DESKFLEET_DATA_DIR', 'DESKFLEET_CACHE_DIR', 'DESKFLEET_AWS'];

/** What the definitions are made from. */
export interface PlanInput {
  settings: EmbeddedSettings;
  ports: Ports;
  secrets: Secrets;
  natsUrl: string;
}

/** The processes of this project, by when they may start. */
export interface SystemPlan {
  /** Need nothing. */
  surroundings: ProcessDefinition[];
  /** Need Postgres, NATS and the migrated tables. */
  services: ProcessDefinition[];
}

/** Where the parts of the system are reached. */
export function systemUrls(settings: EmbeddedSettings, ports: Ports) {
  const local = (port: number) => `http://127.0.0.1:${port}`;
  return {
    gateway: `http://localhost:${settings.port}`,
    issuer: issuerUrl(ports.identityProvider),
    tokenService: local(ports.tokenService),
    sessionManager: local(ports.sessionManager),
    awsSimulator: settings.aws === 'simulator' ? local(ports.awsSimulator) : undefined,
  };
}

export function planSystem(input: PlanInput): SystemPlan {
  const simulator = input.settings.aws === 'simulator' ? [awsSimulator(input)] : [];
  return {
    surroundings: [identityProvider(input), ...simulator],
    services: [
      tokenService(input),
      sessionManager(input),
      scheduler(input),
      idleMonitor(input),
      apiGateway(input),
    ],
  };
}

function identityProvider({ settings, ports, secrets }: PlanInput): ProcessDefinition {
  const issuer = issuerUrl(ports.identityProvider);
  return {
    name: 'identity-provider',
    ...nodeProgram('packages/embedded/src/identity-provider/main.ts'),
    env: {
      ...inherited(settings),
      PORT: String(ports.identityProvider),
      PORTAL_URL: `http://localhost:${settings.port}`,
      DATA_DIR: path.join(settings.dataDir, 'identity-provider'),
      TOKEN_CLIENT_SECRET: secrets.identityClientSecret,
    },
    stopStage: STAGE.simulator,
    isReady: () => answers(`${issuer}/.well-known/openid-configuration`),
  };
}

function awsSimulator(input: PlanInput): ProcessDefinition {
  const { settings, ports } = input;
  return {
    name: 'aws-simulator',
    ...nodeProgram('packages/aws-simulator/src/main.ts'),
    env: {
      ...inherited(settings),
      HOST: '127.0.0.1',
      PORT: String(ports.awsSimulator),
      SIM_DATA_DIR: path.join(settings.dataDir, 'aws-simulator'),
      ...simulatedWays(input),
    },
    stopStage: STAGE.simulator,
    isReady: () => answers(`http://127.0.0.1:${ports.awsSimulator}/_sim/instances`),
  };
}

function tokenService(input: PlanInput): ProcessDefinition {
  const { tokenService: port, tokenServiceMetrics } = input.ports;
  return service(input, 'token-service', {
    ...common(input, 'token_service', { port, metricsPort: tokenServiceMetrics }),
    DCV_TOKEN_SYMMETRIC_KEY: input.secrets.dcvTokenKey,
    ...(input.settings.aws === 'simulator' ? simulatedAccess(input) : {}),
  });
}

function sessionManager(input: PlanInput): ProcessDefinition {
  const { sessionManager: port, sessionManagerMetrics } = input.ports;
  return service(input, 'session-manager', {
    ...common(input, 'session_manager', { port, metricsPort: sessionManagerMetrics }),
    DCV_AUTHENTICATOR_URL:
      input.settings.env.DCV_AUTHENTICATOR_URL ??
      `http://127.0.0.1:${input.ports.tokenService}/authenticator`,
    ...(input.settings.aws === 'simulator'
      ? {
          ...simulatedPace(input.settings),
          ...simulatedAws(input.ports),
          ...simulatedAccess(input),
          ...simulatedNetwork,
        }
      : {}),
  });
}

function scheduler(input: PlanInput): ProcessDefinition {
  const { scheduler: port, schedulerMetrics } = input.ports;
  return service(input, 'scheduler', common(input, 'scheduler', { port, metricsPort: schedulerMetrics }));
}

function idleMonitor(input: PlanInput): ProcessDefinition {
  const { idleMonitor: port, idleMonitorMetrics } = input.ports;
  return service(input, 'idle-monitor', {
    ...common(input, 'idle_monitor', { port, metricsPort: idleMonitorMetrics }),
    ...(input.settings.aws === 'simulator' ? simulatedAws(input.ports) : {}),
  });
}

function apiGateway(input: PlanInput): ProcessDefinition {
  const { settings, ports } = input;
  const simulated = { ...simulatedAccess(input), AWS_REGION: SIMULATED_REGION };
  return service(input, 'api-gateway', {
    ...common(input, 'api_gateway', { port: settings.port, metricsPort: ports.apiGatewayMetrics }),
    OIDC_ISSUER: issuerUrl(ports.identityProvider),
    OIDC_AUDIENCE: AUDIENCE,
    TOKEN_SERVICE_URL: `http://127.0.0.1:${ports.tokenService}`,
    SESSION_MANAGER_URL: `http://127.0.0.1:${ports.sessionManager}`,
    ...(settings.aws === 'simulator' ? simulated : {}),
  });
}

/** Simulated desktops boot in seconds, so they are looked at more often than real ones; what is given counts. */
function simulatedPace({ env }: EmbeddedSettings): Record<string, string> {
  return {
    RECONCILE_FAST_SECONDS: env.RECONCILE_FAST_SECONDS ?? '1',
    RECONCILE_IDLE_SECONDS: env.RECONCILE_IDLE_SECONDS ?? '1',
    RECONCILE_SLOW_SECONDS: env.RECONCILE_SLOW_SECONDS ?? '10',
    READINESS_INTERVAL_SECONDS: env.READINESS_INTERVAL_SECONDS ?? '1',
    IMAGE_POLL_SECONDS: env.IMAGE_POLL_SECONDS ?? '1',
    PERMISSIONS_POLL_SECONDS: env.PERMISSIONS_POLL_SECONDS ?? '1',
  };
}

/** As the real thing, but for the address: the credentials are for show, and others on the machine stay unused. */
function simulatedAws(ports: Ports): Record<string, string> {
  return {
    AWS_REGION: SIMULATED_REGION,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${ports.awsSimulator}`,
    AWS_ACCESS_KEY_ID: 'simulated',
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
  };
}

/** Of the simulator (packages/aws-simulator/src/catalogue/network.ts). */
const simulatedNetwork = {
  SUBNET_IDS: 'subnet-0de5cf1ee7000000a,subnet-0de5cf1ee7000000b,subnet-0de5cf1ee7000000c',
  SECURITY_GROUP_IDS: 'sg-0de5cf1ee7000000f',
  INSTANCE_PROFILE_ARN: 'arn:aws:iam::123456789012:instance-profile/deskfleet-desktop',
};

function service(input: PlanInput, name: string, env: Record<string, string>): ProcessDefinition {
  return {
    name,
    ...nodeProgram(`services/${name}/src/main.ts`),
    env: { ...inherited(input.settings), ...env, DESKFLEET_SUPERVISED: '1' },
    stopStage: STAGE.services,
    readyWithinMs: 45_000,
    isReady: () => answers(`http://127.0.0.1:${env.PORT}/readyz`),
  };
}

function common(
  { settings, ports, secrets, natsUrl }: PlanInput,
  schema: ServiceSchema,
  own: { port: number; metricsPort: number },
): Record<string, string> {
  const password = encodeURIComponent(rolePasswords(secrets)[schema]);
  const role = roleNameOf(schema, ROLE_PREFIX);
  return {
    HOST: '127.0.0.1',
    PORT: String(own.port),
    METRICS_PORT: String(own.metricsPort),
    DATABASE_URL: `postgres://${role}:${password}@127.0.0.1:${ports.postgres}/deskfleet`,
    NATS_URL: natsUrl,
    PUBLIC_URL: `http://localhost:${settings.port}`,
    SERVICE_CREDENTIAL_KEY: secrets.serviceCredentialKey,
  };
}

export function rolePasswords(secrets: Secrets): Record<ServiceSchema, string> {
  return {
    api_gateway: secrets.apiGatewayPassword,
    session_manager: secrets.sessionManagerPassword,
    token_service: secrets.tokenServicePassword,
    scheduler: secrets.schedulerPassword,
    idle_monitor: secrets.idleMonitorPassword,
  };
}

function nodeProgram(file: string): Pick<ProcessDefinition, 'command' | 'args' | 'spawnOptions'> {
  return {
    command: process.execPath,
    args: [path.join(repositoryRoot, file)],
    spawnOptions: { cwd: repositoryRoot },
  };
}

function inherited(settings: EmbeddedSettings): Record<string, string> {
  const given = Object.entries(settings.env).filter(
    ([name, value]) => value !== undefined && !OWN_SETTINGS.includes(name) && !name.startsWith('npm_'),
  );
  // A third of a process's start is reading its modules, which do not change between two.
  const NODE_COMPILE_CACHE = path.join(cacheFolder(settings.env), 'node');
  return { NODE_COMPILE_CACHE, ...Object.fromEntries(given) } as Record<string, string>;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.body?.cancel();
      return response.ok;
    },
    () => false,
  );
}
