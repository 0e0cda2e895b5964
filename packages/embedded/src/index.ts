export { freePort } from './free-port.ts';
export { findNatsServer } from './nats-binary.ts';
export type { ProcessDefinition, ProcessEvent, ProcessLine } from './process-definition.ts';
export { cacheFolder, repositoryRoot } from './project-folders.ts';
export { startNats, startPostgres } from './servers.ts';
export { type EmbeddedOptions, type EmbeddedSystem, startEmbedded } from './start-embedded.ts';
export { StartError } from './start-error.ts';
export { createSupervisor, type Supervisor } from './supervisor.ts';
