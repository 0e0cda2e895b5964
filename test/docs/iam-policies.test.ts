import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

const values: Record<string, string> = {
  region: 'ap-southeast-2',
  account: '123456789012',
  cluster: 'c'.repeat(64),
  'desktop-role': 'd'.repeat(64),
  subnet: 'subnet-0de5cf1ee7000000a',
  'security-group': 'sg-0de5cf1ee7000000a',
  'password-key': '01234567-89ab-cdef-0123-456789abcdef',
};

/** As docs/iam/README.md says, with the longest names that there are. */
function filledIn(name: string): string {
  const text = readFileSync(path.join(root, 'docs/iam', `${name}.json`), 'utf8');
  return text.replaceAll(/<([a-z-]+)>/g, (place, key: string) => values[key] ?? place);
}

const list = (one: string | string[]) => (Array.isArray(one) ? one : [one]);
const statementsOf = (name: string) => (JSON.parse(filledIn(name)) as { Statement: Statement[] }).Statement;
const actionsOf = (name: string) => statementsOf(name).flatMap(({ Action }) => list(Action));

/** What AWS asks for besides the call's own action (Service Authorization Reference, "dependent actions"). */
const alsoNeeded: Record<string, string[]> = {
  RunInstances: ['ec2:CreateTags', 'iam:PassRole'],
  CreateImage: ['ec2:CreateTags'],
  // With tags; and to encrypt a SecureString with a key of one's own.
  PutParameter: ['ssm:AddTagsToResource', 'kms:Encrypt'],
  GetParameter: ['kms:Decrypt'],
};

/** The actions behind the SDK's commands and paginators that the adapters of a service import. */
function usedActions(service: string): Set<string> {
  const files = globSync(`services/${service}/src/adapters/**/*.ts`, { cwd: root });
  const used = files.flatMap((file) => {
    const source = readFileSync(path.join(root, file), 'utf8');
    return [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-(\w+)'/g)].flatMap(
      ([, names = '', api = '']) =>
        [...names.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].flatMap(([, paged, sent]) => {
          const call = paged ?? sent ?? '';
          return [`${api}:${call}`, ...(alsoNeeded[call] ?? [])];
        }),
    );
  });
  return new Set(used);
}

describe.each(['session-manager', 'idle-monitor', 'desktop'])('docs/iam/%s.json', (name) => {
  test('is a policy with every place filled in, within the size of a managed policy', () => {
    const text = filledIn(name);
    expect(text).not.toMatch(/[<>]/);
    const statements = statementsOf(name);
    expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(statements.length);
    for (const { Sid, Effect } of statements) {
      expect(Effect).toBe('Allow');
      expect(Sid).toMatch(/^[A-Za-z0-9]+$/);
    }
    // IAM counts all but white space.
    expect(text.replaceAll(/\s/g, '').length).toBeLessThanOrEqual(6_144);
  });

  test('allows no wildcard of actions, and everything only where a service knows nothing narrower', () => {
    for (const action of actionsOf(name)) expect(action).not.toContain('*');
    const unbounded = statementsOf(name).filter(({ Resource }) => list(Resource).includes('*'));
    expect(unbounded.map(({ Sid }) => Sid)).toEqual([name === 'desktop' ? 'SsmAgent' : 'Look']);
  });

  test('is explained, statement by statement', () => {
    const readme = readFileSync(path.join(root, 'docs/iam/README.md'), 'utf8');
    for (const { Sid } of statementsOf(name)) expect(readme).toContain(`\`${Sid}\``);
    for (const place of Object.keys(values)) expect(readme).toContain(`<${place}>`);
  });
});

describe.each(['session-manager', 'idle-monitor'])('%s may do', (service) => {
  const used = usedActions(service);

  test('what its code does', () => {
    const allowed = actionsOf(service);
    expect(used.size).toBeGreaterThan(4);
    for (const action of used) expect(allowed, `docs/iam lacks ${action}`).toContain(action);
  });

  test('nothing that its code does not do', () => {
    for (const action of actionsOf(service)) {
      expect(used, `docs/iam allows ${action}, which no code uses`).toContain(action);
    }
  });

  test('it to instances of its own cluster only', () => {
    const changing = statementsOf(service).filter(({ Resource }) =>
      list(Resource).some((arn) => arn.includes(':instance/')),
    );
    expect(changing.length).toBeGreaterThan(0);
    for (const { Sid, Condition = {} } of changing) {
      const keys = Object.values(Condition).flatMap(Object.keys);
      const bounds = /^(aws:(Request|Resource)Tag|ssm:resourceTag)\/deskfleet:cluster$|^ec2:CreateAction$/;
      expect(
        keys.some((key) => bounds.test(key)),
        Sid,
      ).toBe(true);
    }
  });
});

describe('a desktop', () => {
  test('can read a parameter whose name it knows, and list none', () => {
    const parameters = actionsOf('desktop').filter((action) => action.includes('Parameter'));
    expect(parameters).toEqual(['ssm:GetParameter']);
    const [statement] = statementsOf('desktop').filter(({ Action }) => Action === 'ssm:GetParameter');
    expect(statement?.Resource).toMatch(/\/windows-password$/);
  });

  test('may change nothing at EC2, and cannot read the user data of others', () => {
    expect(actionsOf('desktop').filter((action) => action.startsWith('ec2:'))).toEqual([]);
  });
});
