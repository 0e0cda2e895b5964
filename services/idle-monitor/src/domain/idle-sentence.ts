import { describeInstant } from '@deskfleet/contracts';
import type { Activity, IdleDecision, Unknown } from './idle-decision.ts';
import { type IdlePolicy, minute } from './idle-policy.ts';

interface Wording {
  policy: IdlePolicy;
  /** IANA name of the zone in which times are told. */
  zone: string;
  now: Date;
}

/** What was found, for the owner: why it is not stopped, or when it is. */
export function sentenceOf(decision: Exclude<IdleDecision, { outcome: 'ask' }>, wording: Wording): string {
  const when = (at: Date) => describeInstant(at, wording.zone, wording.now);
  switch (decision.outcome) {
    case 'active':
      return activitySentence(decision.activity, wording);
    case 'unknown':
      return `Not stopped: ${unknownSentence(decision.reason, wording)}`;
    case 'idle':
      return decision.act === 'stop'
        ? `Nobody has used it since ${when(decision.since)}.`
        : `Stops ${when(decision.stopsAt)} if unused: idle since ${when(decision.since)}.`;
    default:
      return decision satisfies never;
  }
}

function activitySentence(activity: Activity, { policy, zone, now }: Wording): string {
  const when = (at: Date) => describeInstant(at, zone, now);
  switch (activity.reason) {
    case 'idle-stop-disabled':
      return 'Not stopped when it is idle: that is switched off.';
    case 'kept-running':
      return `Not stopped: it is kept running until ${when(activity.until)}.`;
    case 'scheduled':
      return `Not stopped: its schedule runs ${activity.until ? `until ${when(activity.until)}` : 'all the time'}.`;
    case 'just-started':
      return `Not stopped before ${when(activity.until)}: it has just been started.`;
    case 'used-recently':
      return `Stops ${when(activity.stopsAt)} if unused: last used ${when(activity.since)}.`;
    case 'connected':
      return activity.connections === 1
        ? 'Not stopped: somebody is connected.'
        : `Not stopped: ${activity.connections} are connected.`;
    case 'cpu-busy':
      return `Not stopped: CPU ${percent(activity.percent)} over the last ${minutes(policy.cpuWindow)} (threshold ${percent(activity.threshold)}).`;
    case 'gpu-busy':
      return `Not stopped: GPU ${percent(activity.percent)} (threshold ${percent(activity.threshold)}).`;
    default:
      return activity satisfies never;
  }
}

function unknownSentence(reason: Unknown, { policy }: Wording): string {
  switch (reason) {
    case 'cpu-no-data':
      return `CloudWatch has no CPU data of its last ${minutes(policy.cpuWindow)}.`;
    case 'cpu-unavailable':
      return 'CloudWatch did not tell its CPU.';
    case 'host-unreachable':
      return 'AWS Systems Manager does not reach it, so nobody knows whether it is used.';
    case 'host-silent':
      return 'it did not answer whether somebody is connected.';
    case 'host-unreadable':
      return 'its answer whether somebody is connected could not be read.';
    case 'host-unavailable':
      return 'AWS Systems Manager could not be asked whether somebody is connected.';
    case 'dcv-down':
      return 'DCV on it does not say whether somebody is connected.';
    case 'host-clock':
      return 'its clock is wrong: by it the last use lies in the future.';
    case 'access-unknown':
      return 'DCV on it does not say when it was last used.';
    case 'interaction-unknown':
      return 'DCV on it does not say when keyboard or mouse were last touched.';
    case 'gpu-unknown':
      return 'the use of its GPU could not be measured (nvidia-smi).';
    case 'gpu-maker':
      return 'the use of its GPU cannot be measured: only NVIDIA’s can. Its profile may say that the GPU does not count.';
    default:
      return reason satisfies never;
  }
}

/** 15 %, 0.4 %: never rounded up to the threshold that it is compared with. */
function percent(value: number): string {
  return `${Math.floor(value * 10) / 10} %`;
}

function minutes(milliseconds: number): string {
  return `${Math.round((milliseconds / minute) * 100) / 100} min`;
}
