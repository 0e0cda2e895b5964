import type { Compute, PowerAnswer } from '../src/application/ports.ts';
import type { LaunchRequest } from '../src/domain/launch-request.ts';
import type { AwsFailure, AwsFailureKind } from '../src/domain/reasons.ts';
import type { Ec2State, Observation } from '../src/domain/session-status.ts';

/** What happens to a call: `lost` takes effect and is not answered, the others are refusals without effect. */
export type Fault = 'lost' | AwsFailureKind;

interface ModelInstance {
  instanceId: string;
  clientToken: string;
  sessionTag: string;
  history: { at: number; state: Ec2State }[];
}

/** How long an instance stays in a state, and what comes then. */
const progress: Partial<Record<Ec2State, { seconds: number; next: Ec2State }>> = {
  pending: { seconds: 20, next: 'running' },
  stopping: { seconds: 30, next: 'stopped' },
  'shutting-down': { seconds: 20, next: 'terminated' },
};
const bootSeconds = 30;
const living: readonly (Ec2State | undefined)[] = ['pending', 'running', 'stopping', 'stopped'];

/** EC2 as a small model: states that progress in time, client tokens, refusals, answers that are lost or lag. */
export class ModelEc2 implements Compute {
  readonly instances: ModelInstance[] = [];
  faults: Fault[] = [];
  lagSeconds = 0;
  private readonly now: () => number;
  private waiting: (() => void)[] = [];

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

  isReady(instanceId: string): boolean {
    const instance = this.instances.find((i) => i.instanceId === instanceId);
    const last = instance?.history.at(-1);
    return last?.state === 'pending' && this.now() >= last.at + bootSeconds * 1000;
  }

  async launch(clientToken: string, request: LaunchRequest) {
    const fault = this.faults.shift();
    // Throttling and permissions come before the client token is looked at, capacity after it.
    const known = this.instances.find((i) => i.clientToken === clientToken);
    const refused = fault !== undefined && fault !== 'lost' && !(known && fault === 'capacity');
    const instance = refused ? undefined : (known ?? this.run(clientToken, request));
    await this.answered();
    if (fault === 'lost') return { failure: failureOf('unclear') };
    return instance ? { launched: this.observe(instance, this.now()) } : { failure: failureOf(fault) };
  }

  start = (ids: string[]) => this.power(ids, ['stopped'], ['pending', 'running'], 'pending');
  stop = (ids: string[]) => this.power(ids, ['running'], ['stopping', 'stopped'], 'stopping');
  terminate = (ids: string[]) =>
    this.power(
      ids,
      ['pending', 'running', 'stopping', 'stopped'],
      ['shutting-down', 'terminated'],
      'shutting-down',
    );

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
    const instance: ModelInstance = {
      instanceId: `i-${this.instances.length}`,
      clientToken,
      sessionTag: request.tags['deskfleet:session'] ?? '',
      history: [{ at: this.now(), state: 'pending' }],
    };
    this.instances.push(instance);
    return instance;
  }

  private async power(
    ids: string[],
    from: Ec2State[],
    unchanged: Ec2State[],
    to: Ec2State,
  ): Promise<PowerAnswer> {
    const fault = this.faults.shift();
    const instances = this.instances.filter(({ instanceId }) => ids.includes(instanceId));
    const allowed = instances.every((i) => [...from, ...unchanged].includes(this.stateOf(i) ?? 'terminated'));
    const happens = allowed && (fault === undefined || fault === 'lost');
    const changing = instances.filter((i) => from.includes(this.stateOf(i) ?? 'terminated'));
    if (happens) for (const { history } of changing) history.push({ at: this.now(), state: to });
    await this.answered();
    if (happens && fault === undefined) return { accepted: ids, failed: [] };
    const failure = failureOf(fault === 'lost' ? 'unclear' : (fault ?? 'incorrect-state'));
    return { accepted: [], failed: ids.map((instanceId) => ({ instanceId, failure })) };
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
      stateReasonCode: null,
      stateReasonMessage: null,
      instanceType: 'm7i.large',
      privateIp: '127.16.0.4',
      availabilityZone: 'us-east-1a',
    };
  }
}

function failureOf(kind: Fault | undefined): AwsFailure {
  const known = kind === undefined || kind === 'lost' ? 'unclear' : kind;
  return { kind: known, code: `Model.${known}`, message: 'as the model was told' };
}
