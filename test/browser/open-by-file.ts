import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import ini from 'ini';

/** What a connection file says of the host that it leads to. */
interface ConnectParameters {
  host: string;
  port: string;
  weburlpath: string;
  sessionid: string;
  user: string;
  authtoken: string;
}

/** Goes where a connection file leads, and shows its token there: what the stand-in of the host answers. */
export async function openByFile(
  file: string,
  scheme: 'http' | 'https',
): Promise<{ user: string; answer: unknown }> {
  const { host, port, weburlpath, sessionid, user, authtoken } = ini.parse(file).connect as ConnectParameters;
  const request = scheme === 'https' ? httpsRequest : httpRequest;
  const options = {
    method: 'POST',
    agent: false,
    // As the user does who is asked about a certificate of the host's own making.
    rejectUnauthorized: false,
    headers: { 'content-type': 'application/json' },
  };
  const answer = await new Promise<string>((resolve, reject) => {
    const asking = request(`${scheme}://${host}:${port}${weburlpath}auth`, options, (response) =>
      text(response).then(resolve, reject),
    );
    asking.on('error', reject);
    asking.end(JSON.stringify({ sessionId: sessionid, authToken: authtoken }));
  });
  return { user, answer: JSON.parse(answer) };
}
