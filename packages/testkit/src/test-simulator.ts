import { type AwsSimulatorOptions, createAwsSimulator, delaysForBoot } from '@deskfleet/aws-simulator';

/** A simulated cloud of one test file. */
export interface TestSimulator {
  /** For AWS_ENDPOINT_URL, `/_sim/` and `/desktops/`. */
  url: string;
  close(): Promise<void>;
}

/** Starts a simulator in memory, whose desktops boot in a tenth of a second and whose API never throttles unless told. */
export async function startSimulator(options: AwsSimulatorOptions = {}): Promise<TestSimulator> {
  const simulator = createAwsSimulator({ delays: delaysForBoot(0.1), throttling: false, ...options });
  const { url } = await simulator.listen({ port: 0 });
  return { url, close: () => simulator.close() };
}
