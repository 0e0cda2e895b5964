import { type HostNaming, hostAccountSources } from '@deskfleet/contracts';
import Type, { type Static } from 'typebox';

/** What users are called on hosts; the same in every service that has these settings. */
export const hostNamingSettings = {
  HOST_ACCOUNTS: Type.Enum([...hostAccountSources], {
    default: 'local',
    description:
      'Where owners’ accounts on hosts come from: local ones are made; directory waits for them. The same in all services.',
    examples: ['directory'],
  }),
  DCV_WINDOWS_NETBIOS_DOMAIN: Type.Optional(
    Type.String({
      // Naming conventions in Active Directory: at most 15 characters, and none of these.
      pattern: '^[^\\s\\p{C}.\\\\/:*?"<>|,;=+\\[\\]@#%&\']{1,15}$',
      description:
        'NetBIOS name of the domain that Windows desktops join, with HOST_ACCOUNTS=directory: DCV knows their users as DOMAIN\\user. The same in all services.',
      examples: ['CORP'],
    }),
  ),
};

const HostNamingSettings = Type.Object(hostNamingSettings);

/** The rules of names that the settings make, for hosts of either system. */
export type HostNamingRules = Omit<HostNaming, 'os'>;

export function hostNamingOf(config: Readonly<Static<typeof HostNamingSettings>>): HostNamingRules {
  return {
    hostAccounts: config.HOST_ACCOUNTS,
    windowsDomain: config.DCV_WINDOWS_NETBIOS_DOMAIN ?? null,
  };
}
