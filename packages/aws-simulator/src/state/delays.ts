/** How long the simulated cloud takes, in seconds of simulator time. */
export interface Delays {
  /** RunInstances or StartInstances accepted until EC2 says `running`. */
  pendingSeconds: number;
  /** EC2 says `running` until the SSM agent is online (the user data has been read by then). */
  agentSeconds: number;
  /** SSM agent online until DCV answers for its session. */
  dcvSeconds: number;
  stoppingSeconds: number;
  hibernatingSeconds: number;
  forcedStopSeconds: number;
  shuttingDownSeconds: number;
  /** A terminated instance, and the id of a deregistered image, stay known this long (about an hour at EC2). */
  terminatedVisibleSeconds: number;
  /** RebootInstances accepted until the SSM agent is online again. */
  rebootSeconds: number;
  /** CreateImage accepted until the image is available. */
  imageSeconds: number;
  /** Run Command: accepted until the invocation has its result. */
  commandSeconds: number;
  /** The period of CPU datapoints: EC2's basic monitoring has one in five minutes. */
  metricPeriodSeconds: number;
  /** A CPU datapoint can be read this long after its period has ended. */
  metricLagSeconds: number;
}

/** From acceptance to DCV answering in `bootSeconds`, divided roughly as a warm EC2 boot divides. */
export function delaysForBoot(bootSeconds: number): Delays {
  return {
    pendingSeconds: bootSeconds * 0.2,
    agentSeconds: bootSeconds * 0.4,
    dcvSeconds: bootSeconds * 0.4,
    stoppingSeconds: bootSeconds * 0.4,
    hibernatingSeconds: bootSeconds * 0.8,
    forcedStopSeconds: bootSeconds * 0.2,
    shuttingDownSeconds: bootSeconds * 0.4,
    terminatedVisibleSeconds: 3600,
    rebootSeconds: bootSeconds * 0.4,
    imageSeconds: 10,
    commandSeconds: 0.2,
    metricPeriodSeconds: 300,
    metricLagSeconds: 120,
  };
}

// "Desktops boot in seconds" in the embedded default, yet slowly enough that each state can be seen.
export const defaultDelays: Delays = delaysForBoot(5);
