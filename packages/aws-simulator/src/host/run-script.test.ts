import { expect, test } from 'vitest';
import type { HostFacts } from './host-facts.ts';
import { runScript } from './run-script.ts';
import type { ScriptedHost } from './scripted-host.ts';

const linux: HostFacts = {
  platform: 'linux',
  phase: { phase: 'dcv-ready', bootId: 'boot-1', dcvSince: 0, bootedAt: 0 },
  desktop: {
    sessionId: 's-1',
    dcvSessionId: 's-1',
    owner: 'alice',
    tokenVerifier: 'http://127.0.0.1/',
    webUrlPath: '/',
    sessionType: 'virtual',
    passwordParameter: null,
    permissions: '',
  },
  passwordFetched: null,
  dcvReady: true,
  dcvDown: false,
  agentOnline: true,
  permissionFile: '',
  connections: [],
  lastDisconnectedAt: null,
  gpus: { nvidiaSmi: 'missing', percents: [] },
  now: 0,
  clockOffsetMs: 0,
};

const hostOf = (facts: HostFacts): ScriptedHost => ({
  facts: () => facts,
  replacePermissions: () => null,
  closeConnection: () => false,
});

test.each([
  ['after &&, only on success', 'false && echo a; echo b', 0, 'b\n'],
  ['after ||, only on failure', 'true || echo a\nfalse || echo b', 0, 'b\n'],
  ['the last command decides', 'false; true', 0, ''],
  ['exit ends the script', 'echo a; exit 3; echo b', 3, 'a\n'],
  ['comments and redirections', 'echo a 2>&1 # && echo b\necho c > /dev/null', 0, 'a\nc\n'],
  ['quotes keep words together', `echo 'a  && b' "c; d"`, 0, 'a  && b c; d\n'],
  [
    'variables come from the session file',
    '. /etc/deskfleet/session.env && echo "$DESKFLEET_OWNER"',
    0,
    'alice\n',
  ],
  [
    'literal strings are not expanded',
    `. /etc/deskfleet/session.env && echo '$DESKFLEET_OWNER'`,
    0,
    '$DESKFLEET_OWNER\n',
  ],
])('%s', (_, script, exitCode, stdout) => {
  expect(runScript(hostOf(linux), [script])).toMatchObject({ exitCode, stdout });
});

test.each(['rm -rf /', 'dcv describe-session s-1 --json | jq .', 'python3 -c 1', 'echo "open'])(
  'what is not simulated fails: %s',
  (script) => {
    expect(runScript(hostOf(linux), [script]).exitCode).not.toBe(0);
  },
);

test('without a desktop in the user data there is no session file', () => {
  const script = '. /etc/deskfleet/session.env && dcv describe-session "$DESKFLEET_DCV_SESSION_ID" --json';
  expect(runScript(hostOf({ ...linux, desktop: null, dcvReady: false }), [script])).toMatchObject({
    exitCode: 1,
    stdout: '',
  });
});
