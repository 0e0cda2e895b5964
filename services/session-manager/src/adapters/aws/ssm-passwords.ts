import {
  DeleteParametersCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { Passwords } from '../../application/password-ports.ts';
import { classifyAwsError } from './classify-aws-error.ts';

export interface SsmPasswordsOptions {
  clusterId: string;
  /** Null for the key that AWS manages for Parameter Store. */
  kmsKeyId: string | null;
}

/** Passwords as SecureStrings in SSM Parameter Store. */
export function createSsmPasswords(ssm: SSMClient, { clusterId, kmsKeyId }: SsmPasswordsOptions): Passwords {
  return {
    async put({ name, password, sessionId }) {
      const command = new PutParameterCommand({
        Name: name,
        Value: password,
        Type: 'SecureString',
        Overwrite: false,
        Description: 'Password of a Windows desktop. Deskfleet deletes it after the desktop.',
        Tags: [
          { Key: 'deskfleet:cluster', Value: clusterId },
          { Key: 'deskfleet:session', Value: sessionId },
        ],
        ...(kmsKeyId !== null && { KeyId: kmsKeyId }),
      });
      try {
        await ssm.send(command);
        return 'put';
      } catch (error) {
        return error instanceof ParameterAlreadyExists ? 'exists' : { failure: classifyAwsError(error) };
      }
    },

    async get(name) {
      try {
        const answer = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
        return answer.Parameter?.Value ? { password: answer.Parameter.Value } : 'missing';
      } catch (error) {
        return error instanceof ParameterNotFound ? 'missing' : { failure: classifyAwsError(error) };
      }
    },

    async delete(names) {
      try {
        const answer = await ssm.send(new DeleteParametersCommand({ Names: names }));
        return { gone: [...(answer.DeletedParameters ?? []), ...(answer.InvalidParameters ?? [])] };
      } catch (error) {
        return { failure: classifyAwsError(error) };
      }
    },
  };
}
