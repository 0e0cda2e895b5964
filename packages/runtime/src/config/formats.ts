import { isTimeZone } from '@deskfleet/contracts';
import Format from 'typebox/format';

/** Formats that settings may name in `format`, with how a fault is told. */
export const settingFormats: Record<string, { check: (value: string) => boolean; problem: string }> = {
  'time-zone': {
    check: isTimeZone,
    problem: 'is not a time zone of the IANA database',
  },
  url: {
    check: (value) => /^[a-z][a-z0-9+.-]*:\/\//i.test(value) && URL.canParse(value),
    problem: 'is not a URL with scheme and host',
  },
  'key-256': {
    check: (value) => decodeKey(value)?.length === 32,
    problem: 'is not a key of 32 bytes in base64 (openssl rand -base64 32 makes one)',
  },
};

for (const [name, { check }] of Object.entries(settingFormats)) Format.Set(name, check);

function decodeKey(value: string): Uint8Array | null {
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(value) ? Buffer.from(value, 'base64') : null;
}
