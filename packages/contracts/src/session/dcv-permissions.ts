/** What a DCV permission file can allow (DCV Administrator Guide, "Adding permissions"). `builtin` means all of them. */
export const dcvFeatures = [
  'audio-in',
  'audio-out',
  'builtin',
  'clipboard-copy',
  'clipboard-paste',
  'display',
  'extensions-client',
  'extensions-server',
  'file-download',
  'file-upload',
  'gamepad',
  'keyboard',
  'keyboard-sas',
  'mouse',
  'pointer',
  'printer',
  'screenshot',
  'smartcard',
  'stylus',
  'touch',
  'unsupervised-access',
  'usb',
  'webauthn-redirection',
  'webcam',
] as const;
export type DcvFeature = (typeof dcvFeatures)[number];

export interface PermissionSet {
  name: string;
  description: string;
  features: DcvFeature[];
}

/**
 * What desktops can be shared with everywhere; administrators may add sets of their own. Without `unsupervised-access` DCV
 * lets a guest in only while the owner is connected.
 */
export const standardPermissionSets: readonly PermissionSet[] = [
  {
    name: 'view-only',
    description: 'See the screen and hear the sound while the owner is connected.',
    features: ['audio-out', 'display', 'pointer'],
  },
  {
    name: 'view-and-control',
    description: 'See the screen, hear the sound, use mouse and keyboard while the owner is connected.',
    features: ['audio-out', 'display', 'keyboard', 'keyboard-sas', 'mouse', 'pointer', 'stylus', 'touch'],
  },
  {
    name: 'full',
    description: 'Everything that the owner may do, also while the owner is not connected.',
    features: ['builtin'],
  },
];

/**
 * Whether a name can stand in a DCV permission file as the actor of a rule. Spaces would end it, `%` and `#` begin something
 * else, `[` a section, and a prefix with a colon makes a group of it.
 */
export function isPermissionActor(dcvName: string): boolean {
  return /^[^\s\p{C}%#;[\]"',=:]+$/u.test(dcvName);
}
