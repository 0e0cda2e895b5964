import { createLease, type DatabaseTransaction, leaseHolderOf } from '@deskfleet/database';
import { isInfrastructureFailure, type Logger } from '@deskfleet/runtime';
import { hostNamingOf, type ServiceBase } from '@deskfleet/service-base';
import { createAlert } from './adapters/alert-operators.ts';
import type { AwsClients } from './adapters/aws/aws-clients.ts';
import { createAwsImages } from './adapters/aws/aws-images.ts';
import { createEc2Compute } from './adapters/aws/ec2-compute.ts';
import { createEc2ImageMaker } from './adapters/aws/ec2-image-maker.ts';
import { createEc2InstanceTypes } from './adapters/aws/ec2-instance-types.ts';
import { createEc2Subnets } from './adapters/aws/ec2-subnets.ts';
import { createUserDataRenderer } from './adapters/aws/render-user-data.ts';
import { createSsmHosts } from './adapters/aws/ssm-hosts.ts';
import { createSsmPasswords } from './adapters/aws/ssm-passwords.ts';
import { createSsmPermissions } from './adapters/aws/ssm-permissions.ts';
import { randomSecrets } from './adapters/crypto/random-secrets.ts';
import type { AutomaticHandlers } from './adapters/events/follow-automatic-events.ts';
import type { InternalRoutes } from './adapters/http/internal-routes.ts';
import { changeAutomaticallyIn } from './adapters/postgres/change-automatically.ts';
import { createPostgresImageStore } from './adapters/postgres/image-store.ts';
import { createInstanceTypeTable } from './adapters/postgres/instance-type-table.ts';
import { createPasswordStore } from './adapters/postgres/password-store.ts';
import { createPermissionStore } from './adapters/postgres/permission-store.ts';
import { createPostgresSessionStore } from './adapters/postgres/session-store.ts';
import { createSubnetTable } from './adapters/postgres/subnet-table.ts';
import { stopWhenIdle } from './application/act-on-idleness.ts';
import { startWhenDue, stopWhenDue, terminateWhenExpired } from './application/act-on-schedule.ts';
import { PermissionPasses } from './application/apply-permissions.ts';
import { BackgroundWork } from './application/background-work.ts';
import type { ImageDeps } from './application/image-deps.ts';
import { ImageLoop } from './application/image-loop.ts';
import { inspectImage } from './application/inspect-image.ts';
import { makeImages } from './application/make-images.ts';
import { PermissionLoop } from './application/permission-loop.ts';
import type { Alert } from './application/ports.ts';
import { preparePassword } from './application/prepare-password.ts';
import { Reconciler } from './application/reconcile.ts';
import { ReconcileLoop } from './application/reconcile-loop.ts';
import type { ReconcilerDeps } from './application/reconciler-deps.ts';
import { refreshInstanceTypes } from './application/refresh-instance-types.ts';
import { SubnetRefresh } from './application/refresh-subnets.ts';
import { showPassword } from './application/show-password.ts';
import { PasswordSweep } from './application/sweep-passwords.ts';
import { type Config, hostSettingsOf, instanceTagsOf, lifecycleSettingsOf } from './config.ts';
import { CallBudget } from './domain/call-budget.ts';
import { PoolBackoff } from './domain/pool-backoff.ts';
import type { LifecycleSettings } from './domain/settings.ts';
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
  permissions: PermissionLoop;
  /** Asks EC2 for its instance types when they are over a day old. */
  refreshInstanceTypes(): Promise<void>;
  passwordSweep: PasswordSweep;
  subnetRefresh: SubnetRefresh;
  /** What is done about the events of the scheduler and the idle-monitor. */
  automatic: AutomaticHandlers;
  /** What other services ask over HTTP. */
  routes: InternalRoutes;
}

/** The service put together, not yet running. */
export function buildApp(app: AppDependencies): SessionManager {
  const { config, base, aws, monotonic, logger } = app;
  const { database, clock, events, metrics } = base;
  const images = createAwsImages(aws, monotonic);
  const alert = createAlert(metrics, logger);
  const passwords = composePasswords(app);
  const subnetRefresh = composeSubnets(app, alert);
  const settings = lifecycleSettingsOf(config);
  const work = new BackgroundWork(
    () => loop.wake(),
    (err) => logger.error({ err }, 'a call could not be completed; the next pass takes it up'),
  );
  const deps: ReconcilerDeps = {
    store: createPostgresSessionStore({
      db: database.db,
      events,
      clock,
      settings,
      subnetIds: config.SUBNET_IDS,
    }),
    compute: createEc2Compute(aws.ec2, config.CLUSTER_ID),
    images,
    hosts: createSsmHosts(aws.ssm, { waitSeconds: config.READINESS_WAIT_SECONDS }),
    budget: new CallBudget(monotonic()),
    pools: new PoolBackoff(),
    work,
    clock,
    monotonic,
    random: Math.random,
    settings,
    launch: {
      clusterId: config.CLUSTER_ID,
      tags: instanceTagsOf(config),
      subnetIds: config.SUBNET_IDS,
      securityGroupIds: config.SECURITY_GROUP_IDS,
      instanceProfileArn: config.INSTANCE_PROFILE_ARN ?? null,
    },
    hostAccounts: config.HOST_ACCOUNTS,
    readinessIntervalSeconds: config.READINESS_INTERVAL_SECONDS,
    renderUserData: createUserDataRenderer(hostSettingsOf(config)),
    preparePassword: passwords.prepare,
    isPassing: isInfrastructureFailure,
    alert,
    logger,
  };
  const reconciler = new Reconciler(deps);
  const loop = new ReconcileLoop({
    reconciler,
    sweeps: [passwords.sweep, subnetRefresh],
    lease: createLease(database.db, {
      schema: 'session_manager',
      name: 'reconciler',
      holder: leaseHolderOf(config.PORT),
    }),
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
  return {
    reconciler,
    loop,
    images: createImageLoop(app, deps.alert),
    permissions: createPermissionLoop(app, deps.alert),
    refreshInstanceTypes: () => refreshInstanceTypes(types),
    passwordSweep: passwords.sweep,
    subnetRefresh,
    automatic: composeAutomatic(app, settings),
    routes: {
      inspectImage: (image) => inspectImage({ images }, image),
      showPassword: passwords.show,
      serviceCredentialKey: config.SERVICE_CREDENTIAL_KEY,
      clock,
    },
  };
}

function composeAutomatic(
  { base: { clock, events }, logger }: AppDependencies,
  settings: LifecycleSettings,
): AutomaticHandlers {
  const now = () => clock.now().toJSDate();
  const deps = (trx: DatabaseTransaction) => ({
    change: changeAutomaticallyIn(trx, { events, settings, now }),
    logger,
  });
  return {
    startDue: (trx, data) => startWhenDue(deps(trx), data),
    stopDue: (trx, data) => stopWhenDue(deps(trx), data),
    stoppedTooLong: (trx, data) => terminateWhenExpired(deps(trx), data),
    idleDetected: (trx, data) => stopWhenIdle(deps(trx), data),
  };
}

function composePasswords({ config, base, aws, logger }: AppDependencies) {
  const clusterId = config.CLUSTER_ID;
  const store = createPasswordStore(base.database.db);
  const kmsKeyId = config.PASSWORD_KMS_KEY_ID ?? null;
  const passwords = createSsmPasswords(aws.ssm, { clusterId, kmsKeyId });
  const preparing = {
    store,
    passwords,
    secrets: randomSecrets,
    clusterId,
    hostAccounts: config.HOST_ACCOUNTS,
  };
  return {
    prepare: (sessionId: string) => preparePassword(preparing, sessionId),
    show: (sessionId: string) => showPassword({ store, passwords }, sessionId),
    sweep: new PasswordSweep({ store, passwords, clock: base.clock, logger }),
  };
}

function composeSubnets({ config, base, aws, logger }: AppDependencies, alert: Alert) {
  return new SubnetRefresh({
    source: createEc2Subnets(aws.ec2, config.SUBNET_IDS),
    store: createSubnetTable(base.database.db),
    configured: config.SUBNET_IDS,
    clock: base.clock,
    alert,
    logger,
  });
}

// EC2 API throttling, default: CreateImage shares no bucket with the calls of the reconciler.
const createImageLimits = { size: 50, refillPerSecond: 5 };

function createImageLoop(
  { config, base: { database, clock, events }, aws, monotonic, logger }: AppDependencies,
  alert: Alert,
): ImageLoop {
  const lease = createLease(database.db, {
    schema: 'session_manager',
    name: 'images',
    holder: leaseHolderOf(config.PORT),
  });
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

function createPermissionLoop(
  { config, base: { database, clock }, aws, monotonic, logger }: AppDependencies,
  alert: Alert,
): PermissionLoop {
  const pollSeconds = config.PERMISSIONS_POLL_SECONDS;
  const lease = createLease(database.db, {
    schema: 'session_manager',
    name: 'permissions',
    holder: leaseHolderOf(config.PORT),
  });
  const passes = new PermissionPasses({
    store: createPermissionStore(database.db),
    hosts: createSsmPermissions(aws.ssm, { waitSeconds: config.READINESS_WAIT_SECONDS }),
    mayAct: () => lease.hold(),
    rules: { hostNaming: hostNamingOf(config), allowFileDownload: config.ALLOW_DOWNLOAD_FROM_PORTAL },
    pollSeconds,
    clock,
    monotonic,
    alert,
    wake: () => loop.wake(),
    logger,
  });
  const loop = new PermissionLoop({ passes, lease, logger, pollSeconds });
  return loop;
}
