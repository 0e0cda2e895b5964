/** The graphics hardware of an instance type, by what has to be done about its driver. */
export type Gpu =
  /** NVIDIA, licensed for AWS's GRID driver: it is installed where the image lacks it. */
  | 'grid'
  /** AMD, or an NVIDIA card for computing: the driver is the image's business. */
  | 'other'
  | 'none';

/** EC2 names families after what they are for: g and gr are graphics, p is GPU computing; g4ad alone has AMD's. */
export function gpuOf(instanceType: string): Gpu {
  const [family = ''] = instanceType.split('.');
  if (family === 'g4ad' || /^p\d/.test(family)) return 'other';
  return /^gr?\d/.test(family) ? 'grid' : 'none';
}
