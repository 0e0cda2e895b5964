/** A machine image with the software that a desktop needs (DCV server and SSM agent are part of it). */
export interface Image {
  readonly imageId: string;
  readonly name: string;
  readonly description: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly platform: 'linux' | 'windows';
  readonly rootDeviceName: string;
  readonly rootSnapshotId: string;
  /** A root volume smaller than this is refused, as EC2 does. */
  readonly rootSizeGiB: number;
  readonly createdAt: string;
}

function linux(imageId: string, name: string, architecture: Image['architecture'], sizeGiB: number): Image {
  return {
    imageId,
    name,
    description: `${name} with Amazon DCV`,
    architecture,
    platform: 'linux',
    rootDeviceName: '/dev/xvda',
    rootSnapshotId: imageId.replace('ami-', 'snap-'),
    rootSizeGiB: sizeGiB,
    createdAt: '2026-10-12T18:04:51.000Z',
  };
}

function windows(imageId: string, name: string): Image {
  return {
    ...linux(imageId, name, 'x86_64', 30),
    platform: 'windows',
    rootDeviceName: '/dev/sda1',
    createdAt: '2026-10-15T03:21:08.000Z',
  };
}

const al2023 = linux('ami-0de5cf1ee7000a123', 'al2023-ami-2023.9.20261012.0-dcv-x86_64', 'x86_64', 8);
const al2023Arm = linux('ami-0de5cf1ee7000a64a', 'al2023-ami-2023.9.20261012.0-dcv-arm64', 'arm64', 8);
const ubuntu = linux('ami-0de5cf1ee7000b244', 'ubuntu-noble-24.04-amd64-dcv-20261012', 'x86_64', 8);
const windows2022 = windows('ami-0de5cf1ee70022001', 'DCV-Windows-2025.0-NonGraphics-Server-2022-20261015');
const windows2022Gpu = windows('ami-0de5cf1ee70022002', 'DCV-Windows-2025.0-NVIDIA-Server-2022-20261015');

/** The images that exist in every region of the simulator, by id. */
export const images: ReadonlyMap<string, Image> = new Map(
  [al2023, al2023Arm, ubuntu, windows2022, windows2022Gpu].map((image) => [image.imageId, image]),
);

/**
 * Public SSM parameters that name images, as AWS publishes them
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html).
 */
export const publicImageParameters: ReadonlyMap<string, string> = new Map([
  ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64', al2023.imageId],
  ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64', al2023Arm.imageId],
  ['/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id', ubuntu.imageId],
  ['/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base', windows2022.imageId],
]);
