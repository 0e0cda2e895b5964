export { type Clock, monotonicMilliseconds, systemClock } from './clock.ts';
export { ConfigError, type ConfigFault } from './config/config-error.ts';
export { knownSettingNames } from './config/known-settings.ts';
export { type LoadConfigOptions, type LoadedConfig, loadConfig } from './config/load-config.ts';
export type { Environment } from './config/read-setting.ts';
export { createDatabaseClock, type DatabaseClock, type DatabaseClockOptions } from './database-clock.ts';
export { configureFailpoints, type FailpointSettings, failpoint, recordedFailpoints } from './failpoint.ts';
export { createHealth, type Health, type Readiness, type ReadinessResult } from './http/health.ts';
export { answerFrameworkError, problemDetails, sendProblem } from './http/problem-details.ts';
export { type FieldError, type ProblemDetails, ProblemError } from './http/problem-error.ts';
export { requestIdOf } from './http/request-id-of.ts';
export { requireService } from './http/require-service.ts';
export { validatorCompiler } from './http/validator-compiler.ts';
export { isInfrastructureFailure } from './infrastructure-failure.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export {
  createMetrics,
  type MetricsServer,
  type MetricsServerOptions,
  startMetricsServer,
} from './metrics.ts';
export { nearestName } from './nearest-name.ts';
export { PassLoop } from './process/pass-loop.ts';
export {
  type RunningService,
  runService,
  type ServiceContext,
  type ServiceOptions,
} from './process/run-service.ts';
export { StartError } from './process/start-error.ts';
export {
  ServiceCredentialError,
  type SignOptions,
  signServiceCredential,
  type VerifyOptions,
  verifyServiceCredential,
} from './service-credential.ts';
