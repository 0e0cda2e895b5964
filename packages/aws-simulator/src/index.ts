export { type AwsSimulator, type AwsSimulatorOptions, createAwsSimulator } from './simulator.ts';
export { type Delays, defaultDelays, delaysForBoot } from './state/delays.ts';
export { StateFolderError, StateUnreadableError } from './state/journal.ts';
export type { TimeSource } from './state/simulator-clock.ts';
