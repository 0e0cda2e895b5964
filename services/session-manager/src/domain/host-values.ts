import { dcvSessionIdOf, dcvUserName } from '@deskfleet/contracts';
import { dcvSessionTypeOf } from './dcv-session-type-of.ts';
import { fstabLineOf } from './fstab-line-of.ts';
import { gpuOf } from './gpu-of.ts';
import type { HostSettings, HostSpec } from './host-spec.ts';
import { permissionFileOf } from './permission-file.ts';

/** The values that a host's bootstrap script gets, as `DESKFLEET_<name>`. None of them is a secret. */
export function hostValuesOf(spec: HostSpec, settings: HostSettings): Record<string, string> {
  const owner = dcvUserName(spec.owner, { ...settings, os: spec.os });
  return {
    SESSION_ID: spec.sessionId,
    DCV_SESSION_ID: dcvSessionIdOf(spec.sessionId, spec.os),
    OWNER: owner,
    USER: spec.owner,
    HOST_ACCOUNTS: settings.hostAccounts,
    AUTH_TOKEN_VERIFIER: settings.authenticatorUrl,
    WEB_URL_PATH: settings.webUrlPathTemplate,
    SESSION_TYPE: dcvSessionTypeOf(spec),
    PERMISSIONS: firstPermissions(owner, settings),
    REGION: settings.region,
    INSTANCE_TYPE: spec.instanceType,
    GPU: gpuOf(spec.instanceType),
    DCV_VERSION: settings.dcvRelease.version,
    HOOK: spec.hookScript ?? '',
    ...(spec.os === 'windows' ? windowsValuesOf(spec, settings) : linuxValuesOf(spec, settings)),
  };
}

function linuxValuesOf(spec: HostSpec, { region, dcvRelease }: HostSettings): Record<string, string> {
  const linux = Object.entries(dcvRelease.sha256).filter(([download]) => download !== 'windows');
  return {
    OWNER_UID: spec.ownerUid === null ? '' : String(spec.ownerUid),
    MOUNTS: lines(spec.mounts.map((mount) => fstabLineOf(mount, region))),
    DCV_CHECKSUMS: lines(linux.map(([download, sha256]) => `${download} ${sha256}`)),
  };
}

function windowsValuesOf(spec: HostSpec, settings: HostSettings): Record<string, string> {
  return {
    PASSWORD_PARAMETER: spec.passwordParameter ?? '',
    AUTOLOGON: settings.windowsAutologon ? 'True' : 'False',
    HPC_SUBMIT_URL: settings.hpcSubmitUrl ?? '',
    DCV_CHECKSUM: settings.dcvRelease.sha256.windows ?? '',
  };
}

/** Guests come later, when the desktop runs (application/apply-permissions.ts). */
function firstPermissions(name: string, { allowFileDownload }: HostSettings): string {
  return permissionFileOf({ owner: { name, isDisabled: false }, guests: [], allowFileDownload }).text;
}

function lines(all: string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
