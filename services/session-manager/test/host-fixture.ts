import { gunzipSync } from 'node:zlib';
import { createUserDataRenderer } from '../src/adapters/aws/render-user-data.ts';
import { pinnedDcvRelease } from '../src/domain/dcv-release.ts';
import type { HostSettings, HostSpec } from '../src/domain/host-spec.ts';

const hostSettings: HostSettings = {
  region: 'eu-central-1',
  authenticatorUrl: 'https://tokens.example.org/authenticator',
  webUrlPathTemplate: '/d/{host}/',
  hostAccounts: 'local',
  windowsDomain: null,
  windowsAutologon: true,
  allowFileDownload: true,
  hpcSubmitUrl: null,
  dcvRelease: pinnedDcvRelease,
};

export const linuxSpec: HostSpec = {
  sessionId: '01990000-0000-7000-8000-0000000000aa',
  owner: 'alice',
  ownerUid: 5123,
  os: 'linux',
  baseOs: 'amazonlinux2023',
  instanceType: 'm7i.large',
  sessionType: 'default',
  mounts: [],
  hookScript: null,
  passwordParameter: null,
};

export const windowsSpec: HostSpec = {
  ...linuxSpec,
  os: 'windows',
  baseOs: 'windows2022',
  ownerUid: null,
  passwordParameter: '/deskfleet/sessions/aa/password',
};

export function render(spec: HostSpec, settings: Partial<HostSettings> = {}) {
  return createUserDataRenderer({ ...hostSettings, ...settings })(spec);
}

/** What cloud-init or EC2Launch runs. */
export function renderedScript(spec: HostSpec, settings: Partial<HostSettings> = {}): string {
  const rendered = render(spec, settings);
  if ('fault' in rendered) throw new Error(rendered.fault.sentence);
  const bytes = Buffer.from(rendered.userData, 'base64');
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
}
