export { eventually } from './eventually.ts';
export { workingWeek } from './example-schedule.ts';
export { findShellcheck } from './find-shellcheck.ts';
export { StayingViewer } from './staying-viewer.ts';
export { createTestDatabase, dropDatabase, type TestDatabase } from './test-database.ts';
export { startSimulator, type TestSimulator } from './test-simulator.ts';
export { createTestStream, type TestStream } from './test-stream.ts';
