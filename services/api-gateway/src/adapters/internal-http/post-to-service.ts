/** Another service of ours, and how it knows us. */
export interface ServiceAddress {
  /** Base URL of the service. */
  url: string;
  /** Makes the credential that it knows us by; short-lived, so one for each call. */
  signCredential: () => Promise<string>;
}

export interface InternalRequest {
  /** Such as `/internal/v1/tokens`. */
  path: string;
  body: object;
  timeoutMilliseconds: number;
}

/** Asks another service of ours over internal HTTP; what its answers mean is the caller's to say. @throws when none comes */
export async function postToService(
  { url, signCredential }: ServiceAddress,
  { path, body, timeoutMilliseconds }: InternalRequest,
): Promise<Response> {
  return fetch(new URL(path, url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await signCredential()}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMilliseconds),
    redirect: 'error',
  });
}
