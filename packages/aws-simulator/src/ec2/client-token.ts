import { subnets } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import { sha256 } from '../state/identifiers.ts';
import type { TokenRecord } from '../state/records.ts';
import type { Ec2Call } from './ec2-call.ts';
import { type FormObject, objectsOf, textOf } from './query-form.ts';

// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
const maximumTokenLength = 64;

/** What makes a RunInstances request the same as an earlier one. A token is zonal: in another zone it launches again. */
export interface LaunchToken {
  token: string;
  /** Where the token is kept; null without a token. */
  key: string | null;
  /** Of all parameters but the token: equal for a repetition of the same request. */
  parametersHash: string;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hashParameters(form: FormObject): string {
  const { ClientToken, DryRun, Action, Version, ...parameters } = form;
  return sha256(JSON.stringify(parameters, (_, value: unknown) => sorted(value)));
}

function zoneLetterOf(form: FormObject): string {
  const [networkInterface] = objectsOf(form, 'NetworkInterface');
  const subnetId = textOf(form, 'SubnetId') ?? (networkInterface && textOf(networkInterface, 'SubnetId'));
  return subnets.get(subnetId ?? '')?.zoneLetter ?? '';
}

/** Reads the client token. What was launched with it may be asked for again, whatever became of image, subnet or type. */
export function readLaunchToken({ form, region }: Ec2Call): LaunchToken {
  const token = textOf(form, 'ClientToken') ?? '';
  if (token.length > maximumTokenLength) {
    throw new AwsError(
      'InvalidParameterValue',
      `The client token may have at most ${maximumTokenLength} characters.`,
    );
  }
  const key = token === '' ? null : `${region}|${region}${zoneLetterOf(form)}|${token}`;
  return { token, key, parametersHash: hashParameters(form) };
}

/** The launch that a token stands for, if it was used before; throws when the parameters differ. */
export function earlierLaunch({ world }: Ec2Call, launch: LaunchToken): TokenRecord | undefined {
  const used = launch.key === null ? undefined : world.clientTokens.get(launch.key);
  if (!used || used.parametersHash === launch.parametersHash) return used;
  throw new AwsError(
    'IdempotentParameterMismatch',
    'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
  );
}
