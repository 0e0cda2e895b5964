import type { World } from '../state/world.ts';

/** A private key and its certificate, in PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

// A browser's exception for it should outlive the folder.
const validYears = 10;

/** The certificate of all simulated hosts, of its own making as those of DCV servers are; kept with the cloud. */
export async function certificateOf({ store }: World): Promise<Certificate> {
  const certificates = store.collection<Certificate>('certificates');
  const kept = certificates.get('hosts');
  if (kept) return kept;
  // Reading the library takes longer than all the rest of a start, and few starts need it.
  const { generate } = await import('selfsigned');
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + validYears);
  const made = await generate([{ name: 'commonName', value: 'simulated DCV host' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notAfterDate,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const certificate = { key: made.private, cert: made.cert };
  certificates.put('hosts', certificate);
  await store.flush();
  return certificate;
}
