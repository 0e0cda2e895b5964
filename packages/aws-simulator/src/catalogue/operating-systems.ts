/** What an image carries, as EC2 bills and SSM names it. */
export interface OperatingSystem {
  readonly platform: 'linux' | 'windows';
  /** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html */
  readonly platformDetails: string;
  readonly usageOperation: string;
  /** Name and version that the SSM agent reports. */
  readonly name: string;
  readonly version: string;
  readonly rootDeviceName: string;
  /** Of the publisher's image; a root volume smaller than this is refused, as EC2 does. */
  readonly rootSizeGiB: number;
  /** The account that publishes the image, and its alias where it has one. */
  readonly ownerId: string;
  readonly ownerAlias: 'amazon' | null;
}

const linux = { platform: 'linux', platformDetails: 'Linux/UNIX', usageOperation: 'RunInstances' } as const;
const redHat = {
  ...linux,
  platformDetails: 'Red Hat Enterprise Linux',
  usageOperation: 'RunInstances:0010',
  name: 'Red Hat Enterprise Linux',
  rootDeviceName: '/dev/sda1',
  rootSizeGiB: 10,
  ownerId: '309956199498',
  ownerAlias: null,
} as const;
const rocky = {
  ...linux,
  name: 'Rocky Linux',
  rootDeviceName: '/dev/sda1',
  rootSizeGiB: 10,
  ownerId: '792107900819',
  ownerAlias: null,
} as const;
const ubuntu = {
  ...linux,
  name: 'Ubuntu',
  rootDeviceName: '/dev/sda1',
  rootSizeGiB: 8,
  ownerId: '099720109477',
  ownerAlias: null,
} as const;

function windowsServer(year: string, build: string): OperatingSystem {
  return {
    platform: 'windows',
    platformDetails: 'Windows',
    usageOperation: 'RunInstances:0002',
    name: `Microsoft Windows Server ${year} Datacenter`,
    version: `10.0.${build}`,
    rootDeviceName: '/dev/sda1',
    rootSizeGiB: 30,
    ownerId: '801119661308',
    ownerAlias: 'amazon',
  };
}

export const operatingSystems = {
  amazonLinux2023: {
    ...linux,
    name: 'Amazon Linux',
    version: '2023',
    rootDeviceName: '/dev/xvda',
    rootSizeGiB: 8,
    ownerId: '137112412989',
    ownerAlias: 'amazon',
  },
  redHat8: { ...redHat, version: '8.10' },
  redHat9: { ...redHat, version: '9.6' },
  rocky8: { ...rocky, version: '8.10' },
  rocky9: { ...rocky, version: '9.6' },
  ubuntu2204: { ...ubuntu, version: '22.04' },
  ubuntu2404: { ...ubuntu, version: '24.04' },
  windows2019: windowsServer('2019', '17763'),
  windows2022: windowsServer('2022', '20348'),
  windows2025: windowsServer('2025', '26100'),
} satisfies Record<string, OperatingSystem>;
