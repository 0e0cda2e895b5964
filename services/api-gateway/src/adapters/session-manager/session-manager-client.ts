import { InspectedImage, WindowsPasswordSchema } from '@deskfleet/contracts';
import Value from 'typebox/value';
import type { ImageInspection, PasswordReading, SessionManagerClient } from '../../application/ports.ts';
import { postToService, type ServiceAddress } from '../internal-http/post-to-service.ts';

export interface SessionManagerClientOptions extends ServiceAddress {
  onFailure: (error: Error) => void;
}

/** A person waits for the answer; session-manager asks EC2 or SSM, which now and then takes some seconds. */
const timeoutMilliseconds = 10_000;

/** Asks session-manager for what only AWS knows. */
export function createSessionManagerClient(options: SessionManagerClientOptions): SessionManagerClient {
  const orUnavailable = async <Result>(work: Promise<Result>): Promise<Result | { kind: 'unavailable' }> =>
    work.catch((error) => {
      options.onFailure(error instanceof Error ? error : new Error(String(error)));
      return { kind: 'unavailable' };
    });
  return {
    inspectImage: (image) => orUnavailable(inspectImage(options, image)),
    windowsPassword: (sessionId) => orUnavailable(readPassword(options, sessionId)),
  };
}

async function inspectImage(options: SessionManagerClientOptions, image: string): Promise<ImageInspection> {
  const { status, answer } = await post(options, '/internal/v1/images/inspect', { image });
  if (status === 200 && Value.Check(InspectedImage, answer)) return { kind: 'image', image: answer };
  if (status === 422 && codeOf(answer) === 'unknown-image') return { kind: 'unknown' };
  throw new Error(`Session-manager answered ${status} with something that is no image.`);
}

async function readPassword(
  options: SessionManagerClientOptions,
  sessionId: string,
): Promise<PasswordReading> {
  const path = `/internal/v1/sessions/${encodeURIComponent(sessionId)}/windows-password`;
  const { status, answer } = await post(options, path, {});
  if (status === 200 && Value.Check(WindowsPasswordSchema, answer)) {
    return { kind: 'password', password: answer };
  }
  if (status === 404 || status === 409) return { kind: 'refused' };
  // The answer is not repeated: it might be a password.
  throw new Error(`Session-manager answered ${status} with something that is no password.`);
}

async function post(
  service: ServiceAddress,
  path: string,
  body: object,
): Promise<{ status: number; answer: unknown }> {
  const response = await postToService(service, { path, body, timeoutMilliseconds });
  return { status: response.status, answer: await response.json() };
}

function codeOf(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'code' in answer ? answer.code : null;
}
