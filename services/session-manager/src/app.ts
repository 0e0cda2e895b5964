import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isInfrastructureFailure, type Logger } from '@deskfleet/runtime';
import type { ServiceBase } from '@deskfleet/service-base';
import { createAlert } from './adapters/alert-operators.ts';
import type { AwsClients } from './adapters/aws/aws-clients.ts';
import { createAwsImages } from './adapters/aws/aws-images.ts';
import { createEc2Compute } from './adapters/aws/ec2-compute.ts';
import { createEc2ImageMaker } from './adapters/aws/ec2-image-maker.ts';
import { createEc2InstanceTypes } from './adapters/aws/ec2-instance-types.ts';
import { createUserDataRenderer } from './adapters/aws/render-user-data.ts';
import { createSsmHosts } from './adapters/aws/ssm-hosts.ts';
import { createPostgresImageStore } from './adapters/postgres/image-store.ts';
import { createInstanceTypeTable } from './adapters/postgres/instance-type-table.ts';
import { createLease } from './adapters/postgres/lease.ts';
import { createPostgresSessionStore } from './adapters/postgres/session-store.ts';
import { BackgroundWork } from './application/background-work.ts';
import type { ImageDeps } from './application/image-deps.ts';
import { ImageLoop } from './application/image-loop.ts';
import { makeImages } from './application/make-images.ts';
import type { Alert } from './application/ports.ts';
import { Reconciler } from './application/reconcile.ts';
import { ReconcileLoop } from './application/reconcile-loop.ts';
import type { ReconcilerDeps } from './application/reconciler-deps.ts';
import { refreshInstanceTypes } from './application/refresh-instance-types.ts';
import { type Config, lifecycleSettingsOf } from './config.ts';
import { CallBudget } from './domain/call-budget.ts';
import { TokenBucket } from './domain/token-bucket.ts';

export interface AppDependencies {
  config: Config;
  base: Pick<ServiceBase, 'database' | 'clock' | 'events' | 'metrics'>;
  aws: AwsClients;
  /** Milliseconds of a clock that only moves forward; the budget of EC2 calls refills by it. */
  monotonic: () => number;
  logger: Logger;
}

export interface SessionManager {
  reconciler: Reconciler;
  loop: ReconcileLoop;
  images: ImageLoop;
  /** Asks EC2 for its instance types when they are over a day old. */
  refreshInstanceTypes(): Promise<void>;
}

/** The service put together, not yet running. */
export function buildApp({ config, base, aws, monotonic, logger }: AppDependencies): SessionManager {
  const { database, clock, events, metrics } = base;
  const settings = lifecycleSettingsOf(config);
  const work = new BackgroundWork(
    () => loop.wake(),
    (err) => logger.error({ err }, 'a call could not be completed; the next pass takes it up'),
  );
  const deps: ReconcilerDeps = {
    store: createPostgresSessionStore({ db: database.db, events, clock, settings }),
    compute: createEc2Compute(aws.ec2, config.CLUSTER_ID),
    images: createAwsImages(aws, monotonic),
    hosts: createSsmHosts(aws.ssm, { waitSeconds: config.READINESS_WAIT_SECONDS }),
    budget: new CallBudget(monotonic()),
    work,
    clock,
    monotonic,
    random: Math.random,
    settings,
    launch: {
      clusterId: config.CLUSTER_ID,
      subnetIds: config.SUBNET_IDS,
      securityGroupIds: config.SECURITY_GROUP_IDS,
      instanceProfileArn: config.INSTANCE_PROFILE_ARN ?? null,
    },
    readinessIntervalSeconds: config.READINESS_INTERVAL_SECONDS,
    renderUserData: createUserDataRenderer({
      authenticatorUrl: config.DCV_AUTHENTICATOR_URL,
      webUrlPathTemplate: config.DCV_WEB_URL_PATH_TEMPLATE,
    }),
    isPassing: isInfrastructureFailure,
    alert: createAlert(metrics, logger),
    logger,
  };
  const reconciler = new Reconciler(deps);
  const loop = new ReconcileLoop({
    reconciler,
    lease: createLease(database.db, 'reconciler', holderOf(config)),
    logger,
    monotonic,
    fastSeconds: config.RECONCILE_FAST_SECONDS,
    idleSeconds: config.RECONCILE_IDLE_SECONDS,
    everythingSeconds: config.RECONCILE_SLOW_SECONDS,
  });
  const types = {
    source: createEc2InstanceTypes(aws.ec2),
    store: createInstanceTypeTable(database.db),
    clock,
    logger,
  };
  const images = createImageLoop({ config, base, aws, monotonic, logger }, deps.alert);
  return { reconciler, loop, images, refreshInstanceTypes: () => refreshInstanceTypes(types) };
}

/** The same after a restart, so that a process that crashed has its lease back at once; no two can have one port. */
function holderOf({ PORT }: Config): string {
  return `${hostname()}:${PORT === 0 ? randomUUID() : PORT}`;
}

// EC2 API throttling, default: CreateImage shares no bucket with the calls of the reconciler.
const createImageLimits = { size: 50, refillPerSecond: 5 };

function createImageLoop(
  { config, base: { database, clock, events }, aws, monotonic, logger }: AppDependencies,
  alert: Alert,
): ImageLoop {
  const lease = createLease(database.db, 'images', holderOf(config));
  const deps: ImageDeps = {
    store: createPostgresImageStore(database.db, events),
    maker: createEc2ImageMaker(aws.ec2),
    bucket: new TokenBucket(createImageLimits, monotonic()),
    mayAct: () => lease.hold(),
    clusterId: config.CLUSTER_ID,
    settings: { timeoutHours: config.IMAGE_TIMEOUT_HOURS, pollSeconds: config.IMAGE_POLL_SECONDS },
    clock,
    monotonic,
    random: Math.random,
    isPassing: isInfrastructureFailure,
    alert,
    logger,
  };
  return new ImageLoop({
    makeImages: () => makeImages(deps),
    lease,
    logger,
    pollSeconds: config.IMAGE_POLL_SECONDS,
  });
}
