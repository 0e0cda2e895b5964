import { type OperatingSystem, operatingSystems as systems } from './operating-systems.ts';

/** A machine image with the software that a desktop needs (DCV server and SSM agent are part of it). */
export interface Image {
  readonly imageId: string;
  readonly name: string;
  readonly description: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly system: OperatingSystem;
  readonly rootSnapshotId: string;
  /** A root volume smaller than this is refused, as EC2 does. */
  readonly rootSizeGiB: number;
  /** Every volume made from an encrypted snapshot is encrypted. */
  readonly rootEncrypted: boolean;
  readonly createdAt: string;
}

function published(
  imageId: string,
  name: string,
  system: OperatingSystem,
  architecture: Image['architecture'] = 'x86_64',
): Image {
  return {
    imageId,
    name,
    description: `${name} with Amazon DCV`,
    architecture,
    system,
    rootSnapshotId: imageId.replace('ami-', 'snap-'),
    rootSizeGiB: system.rootSizeGiB,
    rootEncrypted: false,
    createdAt: system.platform === 'windows' ? '2026-10-15T03:21:08.000Z' : '2026-10-12T18:04:51.000Z',
  };
}

function windows(imageId: string, variant: 'NonGraphics' | 'NVIDIA', system: OperatingSystem): Image {
  const year = /\d{4}/.exec(system.name)?.[0];
  return published(imageId, `DCV-Windows-2025.0-${variant}-Server-${year}-20261015`, system);
}

const al2023 = 'al2023-ami-2023.9.20261012.0-dcv';
const amazonLinux = published('ami-0de5cf1ee7000a123', `${al2023}-x86_64`, systems.amazonLinux2023);
const amazonLinuxArm = published(
  'ami-0de5cf1ee7000a64a',
  `${al2023}-arm64`,
  systems.amazonLinux2023,
  'arm64',
);
const ubuntu2204 = published(
  'ami-0de5cf1ee7000b224',
  'ubuntu-jammy-22.04-amd64-dcv-20261012',
  systems.ubuntu2204,
);
const ubuntu2404 = published(
  'ami-0de5cf1ee7000b244',
  'ubuntu-noble-24.04-amd64-dcv-20261012',
  systems.ubuntu2404,
);
const windows2019 = windows('ami-0de5cf1ee70019001', 'NonGraphics', systems.windows2019);
const windows2022 = windows('ami-0de5cf1ee70022001', 'NonGraphics', systems.windows2022);
const windows2025 = windows('ami-0de5cf1ee70025001', 'NonGraphics', systems.windows2025);

const all: readonly Image[] = [
  amazonLinux,
  amazonLinuxArm,
  ubuntu2204,
  ubuntu2404,
  published('ami-0de5cf1ee7000ee18', 'RHEL-8.10.0_HVM-20261012-x86_64-dcv-GP3', systems.redHat8),
  published('ami-0de5cf1ee7000ee19', 'RHEL-9.6.0_HVM-20261012-x86_64-dcv-GP3', systems.redHat9),
  published('ami-0de5cf1ee7000c0c8', 'Rocky-8-EC2-Base-8.10-20261012.0.x86_64-dcv', systems.rocky8),
  published('ami-0de5cf1ee7000c0c9', 'Rocky-9-EC2-Base-9.6-20261012.0.x86_64-dcv', systems.rocky9),
  windows2019,
  windows('ami-0de5cf1ee70019002', 'NVIDIA', systems.windows2019),
  windows2022,
  windows('ami-0de5cf1ee70022002', 'NVIDIA', systems.windows2022),
  windows2025,
  windows('ami-0de5cf1ee70025002', 'NVIDIA', systems.windows2025),
];

/** The images that publishers offer in every region of the simulator, by id. */
export const publishedImages: ReadonlyMap<string, Image> = new Map(
  all.map((image) => [image.imageId, image]),
);

const canonical = '/aws/service/canonical/ubuntu/server';
const amazon = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default';
const microsoft = '/aws/service/ami-windows-latest/Windows_Server';

/**
 * Public SSM parameters that name images, as AWS and Canonical publish them; Red Hat and Rocky publish none, and Canonical's
 * 22.04 only as gp2 (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html).
 */
export const publicImageParameters: ReadonlyMap<string, string> = new Map([
  [`${amazon}-x86_64`, amazonLinux.imageId],
  [`${amazon}-arm64`, amazonLinuxArm.imageId],
  [`${canonical}/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id`, ubuntu2204.imageId],
  [`${canonical}/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id`, ubuntu2404.imageId],
  [`${microsoft}-2019-English-Full-Base`, windows2019.imageId],
  [`${microsoft}-2022-English-Full-Base`, windows2022.imageId],
  [`${microsoft}-2025-English-Full-Base`, windows2025.imageId],
]);
