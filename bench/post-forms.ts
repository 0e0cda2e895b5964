import { Pool } from 'undici';
import { quantile } from './measurement.ts';

export interface Load {
  url: string;
  path: string;
  /** They are posted in this order, over and over. */
  forms: readonly string[];
  connections: number;
  seconds: number;
}

export interface LoadResult {
  perSecond: number;
  p50: number;
  p99: number;
}

/**
 * Posts forms over connections that are kept, each as soon as the one before it was answered.
 * @throws when an answer is not 200: what fails early must not count as fast.
 */
export async function postForms({ url, path, forms, connections, seconds }: Load): Promise<LoadResult> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const times: number[] = [];
  const began = performance.now();
  const end = began + seconds * 1_000;
  let next = 0;
  const postOn = async () => {
    while (performance.now() < end) {
      const body = forms[next++ % forms.length] ?? '';
      const posted = performance.now();
      const answer = await pool.request({ method: 'POST', path, headers, body });
      const text = await answer.body.text();
      times.push(performance.now() - posted);
      if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}: ${text}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, postOn));
  } finally {
    await pool.close();
  }
  const elapsed = (performance.now() - began) / 1_000;
  return { perSecond: times.length / elapsed, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
