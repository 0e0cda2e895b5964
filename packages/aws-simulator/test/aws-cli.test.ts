import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bootSeconds,
  describeOne,
  desktop,
  type Fixture,
  launchStopped,
  linuxImage,
  linuxUserData,
  startFixture,
  subnetA,
} from './simulator-fixture.ts';

// A client that is neither the SDK we build on nor our own reading of the documentation. Skipped where it is not installed.
const installed = spawnSync('aws', ['--version']).status === 0;
const run = promisify(execFile);

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(() => fixture.close());

async function aws(...args: string[]): Promise<unknown> {
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_ENDPOINT_URL: fixture.url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_MAX_ATTEMPTS: '1',
  };
  const { stdout } = await run('aws', ['--output', 'json', ...args], { env });
  return stdout === '' ? undefined : JSON.parse(stdout);
}

describe.skipIf(!installed)('the AWS CLI', { timeout: 120_000 }, () => {
  test('launches, describes, asks the host, reads its CPU, and terminates', async () => {
    const userData = linuxUserData(desktop);
    const launched = (await aws(
      ...[
        'ec2',
        'run-instances',
        '--image-id',
        linuxImage,
        '--instance-type',
        'm7i.large',
        '--subnet-id',
        subnetA,
      ],
      ...['--cli-input-json', JSON.stringify({ MinCount: 1, MaxCount: 1, UserData: userData })],
      ...[
        '--tag-specifications',
        'ResourceType=instance,Tags=[{Key=cluster,Value=a}]',
        '--client-token',
        'cli',
      ],
    )) as { Instances: { InstanceId: string; State: object }[] };
    expect(launched.Instances[0]?.State).toEqual({ Code: 0, Name: 'pending' });
    const id = launched.Instances[0]?.InstanceId ?? '';
    fixture.advance(bootSeconds + 1800);

    const described = await aws(
      'ec2',
      'describe-instances',
      '--filters',
      'Name=tag:cluster,Values=a',
      '--page-size',
      '100',
    );
    expect(described).toMatchObject({
      Reservations: [
        {
          Instances: [{ InstanceId: id, State: { Name: 'running' }, Tags: [{ Key: 'cluster', Value: 'a' }] }],
        },
      ],
    });

    const sent = (await aws(
      ...['ssm', 'send-command', '--instance-ids', id, '--document-name', 'AWS-RunShellScript'],
      ...['--parameters', 'commands=dcv list-sessions'],
    )) as { Command: { CommandId: string } };
    fixture.advance(1);
    const { CommandId } = sent.Command;
    const result = await aws('ssm', 'get-command-invocation', '--command-id', CommandId, '--instance-id', id);
    expect(result).toMatchObject({ Status: 'Success', ResponseCode: 0 });

    const iso = (ms: number) => new Date(ms).toISOString();
    const Metric = {
      Namespace: 'AWS/EC2',
      MetricName: 'CPUUtilization',
      Dimensions: [{ Name: 'InstanceId', Value: id }],
    };
    const queries = JSON.stringify([{ Id: 'cpu', MetricStat: { Metric, Period: 300, Stat: 'Average' } }]);
    const cpu = (await aws(
      ...['cloudwatch', 'get-metric-data', '--metric-data-queries', queries],
      ...['--start-time', iso(fixture.now() - 3_600_000), '--end-time', iso(fixture.now())],
    )) as { MetricDataResults: { Values: number[] }[] };
    expect(cpu.MetricDataResults[0]?.Values.length).toBeGreaterThan(3);

    const terminated = await aws('ec2', 'terminate-instances', '--instance-ids', id);
    expect(terminated).toMatchObject({ TerminatingInstances: [{ CurrentState: { Name: 'shutting-down' } }] });
  });

  test('makes an image of a stopped desktop, and resizes and protects it', async () => {
    const id = await launchStopped(fixture);
    const named = ['--instance-id', id];
    const created = (await aws('ec2', 'create-image', ...named, '--name', 'my image')) as { ImageId: string };
    fixture.advance(5);
    const described = (await aws('ec2', 'describe-images', '--owners', 'self')) as {
      Images: { BlockDeviceMappings: { Ebs: { SnapshotId: string } }[] }[];
    };
    expect(described).toMatchObject({
      Images: [{ ImageId: created.ImageId, Name: 'my image', State: 'pending' }],
    });
    const snapshotId = described.Images[0]?.BlockDeviceMappings[0]?.Ebs.SnapshotId ?? '';
    const snapshots = await aws('ec2', 'describe-snapshots', '--snapshot-ids', snapshotId);
    expect(snapshots).toMatchObject({ Snapshots: [{ State: 'pending', Progress: '50%' }] });

    await aws('ec2', 'modify-instance-attribute', ...named, '--instance-type', 'Value=m7i.xlarge');
    await aws('ec2', 'modify-instance-attribute', ...named, '--disable-api-termination');
    expect((await describeOne(fixture, id)).InstanceType).toBe('m7i.xlarge');
    await expect(aws('ec2', 'terminate-instances', '--instance-ids', id)).rejects.toThrow(
      '(OperationNotPermitted) when calling the TerminateInstances operation',
    );
  });

  test('understands refusals', async () => {
    const stop = aws('ec2', 'stop-instances', '--instance-ids', 'i-00000000000000000');
    await expect(stop).rejects.toThrow(
      '(InvalidInstanceID.NotFound) when calling the StopInstances operation',
    );
    const read = aws('ssm', 'get-parameter', '--name', 'unknown');
    await expect(read).rejects.toThrow('(ParameterNotFound) when calling the GetParameter operation');
  });
});
