import type { Compute, PowerAnswer } from '../src/application/ports.ts';
import type { PowerCall } from '../src/domain/decide-call-failure.ts';
import type { LaunchRequest } from '../src/domain/launch-request.ts';
import type { AwsFailure, AwsFailureKind } from '../src/domain/reasons.ts';
import type { Ec2State, HostAnswer, Observation } from '../src/domain/session-status.ts';

/**
 * What happens to a call: `lost` takes effect and is not answered, `ignored` is accepted without effect (a reboot),
 * `becomes-stop` accepts a hibernation and stops the machine instead; the others are refusals without effect.
 */
export type Fault = 'lost' | 'ignored' | 'becomes-stop' | AwsFailureKind;
/** Faults that refuse nothing. */
const accepting: ReadonlySet<Fault | undefined> = new Set([undefined, 'lost', 'ignored', 'becomes-stop']);

interface Entry {
  at: number;
  state: Ec2State;
  reason: string | null;
  boot: number;
}

interface ModelInstance {
  instanceId: string;
  clientToken: string;
  sessionTag: string;
  types: { at: number; instanceType: string }[];
  history: Entry[];
}

/** How long an instance stays in a state, and what comes then. */
const progress: Partial<Record<Ec2State, { seconds: number; next: Ec2State }>> = {
  pending: { seconds: 20, next: 'running' },
  stopping: { seconds: 30, next: 'stopped' },
  'shutting-down': { seconds: 20, next: 'terminated' },
};
const bootSeconds = 30;
const living: readonly (Ec2State | undefined)[] = ['pending', 'running', 'stopping', 'stopped'];

/** From which states a call changes something, what it leads to, and where it changes nothing and is accepted. */
const effects: Record<PowerCall, { from: Ec2State[]; unchanged: Ec2State[]; to: Ec2State }> = {
  start: { from: ['stopped'], unchanged: ['pending', 'running'], to: 'pending' },
  stop: { from: ['running'], unchanged: ['stopping', 'stopped'], to: 'stopping' },
  'force-stop': { from: ['running'], unchanged: ['stopping', 'stopped'], to: 'stopping' },
  hibernate: { from: ['running'], unchanged: ['stopping', 'stopped'], to: 'stopping' },
  reboot: { from: ['running'], unchanged: [], to: 'running' },
  terminate: {
    from: ['pending', 'running', 'stopping', 'stopped'],
    unchanged: ['shutting-down', 'terminated'],
    to: 'shutting-down',
  },
};

/** EC2 as a small model: states that progress in time, client tokens, refusals, answers that are lost or lag. */
export class ModelEc2 implements Compute {
  readonly instances: ModelInstance[] = [];
  faults: Fault[] = [];
  lagSeconds = 0;
  /** Clients of the desktop. */
  connected = 0;
  /** Reboots that a machine that was ready has had, and those that were asked for. */
  reboots = 0;
  private readonly now: () => number;
  private waiting: (() => void)[] = [];
  private boots = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Gives the calls under way their answers. */
  answer(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  /** The process that asked is gone: nobody hears the answers. */
  forget(): void {
    this.waiting = [];
  }

  living(): ModelInstance[] {
    return this.instances.filter((instance) => living.includes(this.stateOf(instance)));
  }

  stateOf(instance: ModelInstance, at = this.now()): Ec2State | undefined {
    const last = instance.history.findLast((entry) => entry.at <= at);
    if (!last) return undefined;
    const step = progress[last.state];
    return step && at >= last.at + step.seconds * 1000 ? step.next : last.state;
  }

  /** What hosts say now, which is heard later. */
  async hostAnswers(instanceIds: string[]): Promise<Map<string, HostAnswer>> {
    const answers = new Map(instanceIds.map((id) => [id, this.hostAnswer(id)]));
    await this.answered();
    return answers;
  }

  private hostAnswer(instanceId: string): HostAnswer {
    const instance = this.instances.find((i) => i.instanceId === instanceId);
    const last = instance?.history.at(-1);
    const isUp = last?.state === 'pending' || last?.state === 'running';
    if (!last || !isUp || this.now() < last.at + bootSeconds * 1000) {
      return { ready: false, why: 'unreachable' };
    }
    return { ready: true, bootId: `boot-${last.boot}`, connections: this.connected };
  }

  typeOf(instance: ModelInstance, at = this.now()): string {
    return instance.types.findLast((entry) => entry.at <= at)?.instanceType ?? '';
  }

  async launch(clientToken: string, request: LaunchRequest) {
    const fault = this.faults.shift();
    // Throttling and permissions come before the client token is looked at, capacity after it.
    const known = this.instances.find((i) => i.clientToken === clientToken);
    const refused = !accepting.has(fault) && !(known && fault === 'capacity');
    const instance = refused ? undefined : (known ?? this.run(clientToken, request));
    await this.answered();
    if (fault === 'lost') return { failure: failureOf('unclear') };
    return instance ? { launched: this.observe(instance, this.now()) } : { failure: failureOf(fault) };
  }

  async power(call: PowerCall, ids: string[]): Promise<PowerAnswer> {
    const fault = this.faults.shift();
    const { from, unchanged } = effects[call];
    const instances = this.instances.filter(({ instanceId }) => ids.includes(instanceId));
    const allowed = instances.every((i) => [...from, ...unchanged].includes(this.stateOf(i) ?? 'terminated'));
    const happens = allowed && accepting.has(fault);
    const changing = instances.filter((i) => from.includes(this.stateOf(i) ?? 'terminated'));
    if (happens && fault !== 'ignored') for (const i of changing) this.change(call, i, fault);
    await this.answered();
    if (happens && fault !== 'lost') return { accepted: ids, failed: [] };
    const failure = failureOf(allowed || !accepting.has(fault) ? fault : 'incorrect-state');
    return { accepted: [], failed: ids.map((instanceId) => ({ instanceId, failure })) };
  }

  async resize(instanceId: string, instanceType: string): Promise<AwsFailure | null> {
    const fault = this.faults.shift();
    const instance = this.instances.find((i) => i.instanceId === instanceId);
    const allowed = instance !== undefined && this.stateOf(instance) === 'stopped';
    const happens = allowed && accepting.has(fault);
    if (happens && fault !== 'ignored') instance.types.push({ at: this.now(), instanceType });
    await this.answered();
    if (happens && fault !== 'lost') return null;
    return failureOf(allowed || !accepting.has(fault) ? fault : 'incorrect-state');
  }

  async describeCluster() {
    return { observations: this.observations() };
  }

  async describe(ids: string[]) {
    return { observations: this.observations().filter(({ instanceId }) => ids.includes(instanceId)) };
  }

  async findByClientToken(clientToken: string) {
    return { found: this.observations().find((o) => o.clientToken === clientToken) ?? null };
  }

  private run(clientToken: string, request: LaunchRequest): ModelInstance {
    const at = this.now();
    const instance: ModelInstance = {
      instanceId: `i-${this.instances.length}`,
      clientToken,
      sessionTag: request.tags['deskfleet:session'] ?? '',
      types: [{ at, instanceType: request.instanceType }],
      history: [{ at, state: 'pending', reason: null, boot: ++this.boots }],
    };
    this.instances.push(instance);
    return instance;
  }

  private change(call: PowerCall, { history }: ModelInstance, fault: Fault | undefined): void {
    const before = history.at(-1);
    const resumes = call === 'start' && before?.reason === 'Client.UserInitiatedHibernate';
    const newBoot = call === 'reboot' || (call === 'start' && !resumes);
    if (call === 'reboot') this.reboots += 1;
    history.push({
      at: this.now(),
      state: effects[call].to,
      reason: reasonAfter(call, fault),
      boot: newBoot ? ++this.boots : (before?.boot ?? 0),
    });
  }

  private answered(): Promise<void> {
    return new Promise((go) => this.waiting.push(go));
  }

  private observations(): Observation[] {
    const at = this.now() - this.lagSeconds * 1000;
    return this.instances.filter((i) => this.stateOf(i, at)).map((i) => this.observe(i, at));
  }

  private observe(instance: ModelInstance, at: number): Observation {
    const { instanceId, clientToken, sessionTag } = instance;
    return {
      instanceId,
      clientToken,
      sessionTag,
      state: this.stateOf(instance, at) ?? 'pending',
      stateReasonCode: instance.history.findLast((entry) => entry.at <= at)?.reason ?? null,
      stateReasonMessage: null,
      instanceType: this.typeOf(instance, at),
      privateIp: '127.16.0.4',
      availabilityZone: 'us-east-1a',
      subnetId: 'subnet-a',
    };
  }
}

function reasonAfter(call: PowerCall, fault: Fault | undefined): string | null {
  if (call === 'start' || call === 'reboot') return null;
  return call === 'hibernate' && fault !== 'becomes-stop'
    ? 'Client.UserInitiatedHibernate'
    : 'Client.UserInitiatedShutdown';
}

function failureOf(fault: Fault | undefined): AwsFailure {
  const kind =
    fault === undefined || fault === 'lost' || fault === 'ignored' || fault === 'becomes-stop'
      ? 'unclear'
      : fault;
  return { kind, code: `Model.${kind}`, message: 'as the model was told' };
}
