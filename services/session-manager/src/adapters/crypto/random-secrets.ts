import { randomBytes, randomInt } from 'node:crypto';
import type { Secrets } from '../../application/password-ports.ts';
import { secretPartBytes } from '../../domain/password-parameter.ts';
import { drawWindowsPassword } from '../../domain/windows-password.ts';

/** From the operating system's generator; `randomInt` is free of the bias that a modulo brings. */
export const randomSecrets: Secrets = {
  passwordFor: (account) => drawWindowsPassword(randomInt, account),
  parameterPart: () => randomBytes(secretPartBytes).toString('hex'),
};
