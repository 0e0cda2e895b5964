import { delaysForBoot } from '@deskfleet/aws-simulator';
import { startSimulator } from '@deskfleet/testkit';
import type { Answer } from './probe-host.ts';

export const images = { linux: 'ami-0de5cf1ee7000a123', windows: 'ami-0de5cf1ee70022001' };
const documents = { linux: 'AWS-RunShellScript', windows: 'AWS-RunPowerShellScript' };
export type Platform = keyof typeof images;

/** Requests must be signed; signatures are not checked. */
export const authorization = 'AWS4-HMAC-SHA256 Credential=x/20261126/us-east-1/any/aws4_request, Signature=x';
// 20 s pending, 40 s to the agent, 40 s to DCV.
const bootSeconds = 100;

/** A simulated cloud whose hosts are asked over SSM, on a clock that stands still until the test moves it. */
export async function startSimulatedHosts() {
  let ms = Date.parse('2026-11-26T02:20:00Z');
  const clock = { now: () => ms };
  const { url, close } = await startSimulator({ clock, delays: delaysForBoot(bootSeconds) });
  const ssm = async (action: string, input: object): Promise<Record<string, unknown>> => {
    const headers = {
      authorization,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonSSM.${action}`,
    };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) });
    return (await response.json()) as Record<string, unknown>;
  };
  const steer = async (method: string, path: string, change?: object): Promise<void> => {
    const json = change && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) };
    const response = await fetch(`${url}/_sim${path}`, { method, ...json });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  const advance = (seconds: number) => {
    ms += seconds * 1000;
  };

  return {
    now: () => ms,
    advance,
    steer,
    close,
    /** Launched, and booted for so long. */
    launch: async (
      platform: Platform,
      instanceType: string,
      { userData = desktopOf(platform), seconds = bootSeconds },
    ) => {
      const form = { Action: 'RunInstances', Version: '2016-11-15', ImageId: images[platform] };
      const wish = {
        InstanceType: instanceType,
        SubnetId: 'subnet-0de5cf1ee7000000a',
        MinCount: '1',
        MaxCount: '1',
      };
      const body = new URLSearchParams({
        ...form,
        ...wish,
        UserData: Buffer.from(userData).toString('base64'),
      });
      const answer = await (await fetch(url, { method: 'POST', headers: { authorization }, body })).text();
      advance(seconds);
      return /<instanceId>(i-\w+)</.exec(answer)?.[1] ?? answer;
    },
    /** What the host says to a script. */
    run: async (id: string, platform: Platform, script: string): Promise<Answer> => {
      const Parameters = { commands: script.split('\n') };
      const sent = await ssm('SendCommand', {
        InstanceIds: [id],
        DocumentName: documents[platform],
        Parameters,
      });
      advance(1);
      const CommandId = (sent.Command as { CommandId: string }).CommandId;
      const result = await ssm('GetCommandInvocation', { CommandId, InstanceId: id });
      return { stdout: String(result.StandardOutputContent), exitCode: Number(result.ResponseCode) };
    },
  };
}

/** User data that makes a host of this system a desktop of alice’s. */
export function desktopOf(platform: Platform): string {
  const line = (name: string, value: string) =>
    `DESKFLEET_${name}='${Buffer.from(value).toString('base64')}'`;
  const lines = [
    line('SESSION_ID', 's-1'),
    line('OWNER', 'alice'),
    line('AUTH_TOKEN_VERIFIER', 'http://127.0.0.1:9/'),
  ];
  if (platform === 'linux') return `#!/bin/bash\n${lines.join('\n')}\n`;
  return `<powershell>\n${lines.map((assignment) => `$${assignment}`).join('\n')}\n</powershell>`;
}
