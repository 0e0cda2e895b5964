/** A RunInstances request, frozen before the first try: repeated exactly until the answer is clear. */
export interface LaunchRequest {
  imageId: string;
  instanceType: string;
  subnetId: string | null;
  /** The zone of the subnet, for us: EC2 knows it from the subnet. */
  zone: string | null;
  securityGroupIds: string[];
  instanceProfileArn: string | null;
  rootVolumeGiB: number;
  rootDeviceName: string;
  hibernation: boolean;
  /** Base64, as RunInstances takes it. */
  userData: string;
  tags: Record<string, string>;
}
