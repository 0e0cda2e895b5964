// What the steering interface accepts: unknown fields are refused, so that a misspelt fault is not a fault that never comes.

const closed = (properties: Record<string, object>, required: string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const text = { type: 'string', minLength: 1 };
const instant = { type: 'string', format: 'date-time' };
const seconds = { type: 'number', minimum: 0 };
const times = { type: 'integer', minimum: 1 };

const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
const count = { type: 'integer', minimum: 0 };
const imageOutcome = { enum: ['ok', 'fails', 'hangs'] };

export const hostChange = closed({
  cpuPercent: orNull({ type: 'number', minimum: 0, maximum: 100 }),
  connections: { type: 'integer', minimum: 0, maximum: 100 },
  connectedUsers: { type: 'array', items: text, maxItems: 100 },
  lastDisconnectedAt: orNull(instant),
  lastInteractionAt: instant,
  // As nvidia-smi prints them: whole numbers, and no type has more GPUs than 16.
  gpuPercents: orNull({ type: 'array', items: { type: 'integer', minimum: 0, maximum: 100 }, maxItems: 16 }),
  nvidiaSmi: { enum: ['ok', 'missing', 'failing'] },
  clockOffsetSeconds: { type: 'number' },
  dcv: { enum: ['ok', 'never-ready', 'down', 'keeps-connections'] },
  agent: { enum: ['ok', 'silent', 'offline'] },
  stopHangs: { type: 'boolean' },
  hibernation: { enum: ['ok', 'refused', 'falls-back-to-stop', 'hangs'] },
  rebootIgnored: { type: 'boolean' },
  terminationProtected: { type: 'boolean' },
});
export const nothing = closed({});
export const termination = closed({ code: text, message: text });
export const stop = closed({ force: { type: 'boolean' }, hibernate: { type: 'boolean' } });
export const errorFault = closed(
  {
    api: text,
    instanceId: text,
    code: text,
    status: { type: 'integer', minimum: 400, maximum: 599 },
    message: text,
    times,
  },
  ['api', 'code'],
);
export const noCapacity = closed({ instanceType: text, zone: text, free: count });
export const notOffered = closed({ instanceType: text, zone: text }, ['instanceType']);
export const lostResponse = closed({ api: text, times }, ['api']);
export const faultChange = closed({
  describeLagSeconds: seconds,
  latencyMs: seconds,
  throttling: { type: 'boolean' },
  vcpuLimit: orNull(count),
  images: imageOutcome,
});
export const imageChange = closed({ outcome: imageOutcome }, ['outcome']);
export const subnetChange = closed({ freeAddresses: orNull(count) }, ['freeAddresses']);
export const clockChange = closed({
  advanceSeconds: seconds,
  now: instant,
  speed: { type: 'number', minimum: 0, maximum: 100_000 },
});
export const delaysChange = closed({
  bootSeconds: seconds,
  pendingSeconds: seconds,
  agentSeconds: seconds,
  dcvSeconds: seconds,
  stoppingSeconds: seconds,
  hibernatingSeconds: seconds,
  forcedStopSeconds: seconds,
  shuttingDownSeconds: seconds,
  terminatedVisibleSeconds: seconds,
  rebootSeconds: seconds,
  imageSeconds: seconds,
  commandSeconds: seconds,
  metricLagSeconds: seconds,
  metricPeriodSeconds: { type: 'integer', minimum: 1 },
});
