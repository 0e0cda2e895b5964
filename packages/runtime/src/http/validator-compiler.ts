import { isTimeZone } from '@deskfleet/contracts';
import { AjvCompiler } from '@fastify/ajv-compiler';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

type Ajv = { addFormat(name: string, check: (value: string) => boolean): unknown };

const addTimeZoneFormat = (ajv: Ajv) => ajv.addFormat('time-zone', isTimeZone);

const shared = {
  // Bodies are limited in size, so telling every fault costs little.
  allErrors: true,
  // The schema beside the error: for "did you mean".
  verbose: true,
  removeAdditional: false,
  useDefaults: true,
  strict: false,
};

const build = AjvCompiler();
const compilerWith = (customOptions: object) =>
  build({}, { customOptions, plugins: [addTimeZoneFormat] } as never);
const forBodies = compilerWith({ ...shared, coerceTypes: false });
// Paths, queries and headers are text; a parameter given once may be a list.
const forText = compilerWith({ ...shared, coerceTypes: 'array' });

/**
 * Fastify's request check with all faults at once, for `app.setValidatorCompiler`. A body's types are taken as they
 * are and unknown fields stay, so that a schema with `additionalProperties: false` refuses them.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = (route) =>
  (route.httpPart === 'body' ? forBodies : forText)(route as never) as never;
