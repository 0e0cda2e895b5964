import Type, { type Static } from 'typebox';
import { dcvFeatures } from '../session/dcv-permissions.ts';

/** What a guest may do on a shared desktop, under a name. */
export const PermissionSetSchema = Type.Object({
  name: Type.String({ examples: ['view-only'] }),
  description: Type.String(),
  features: Type.Array(Type.Enum([...dcvFeatures]), { description: 'Features of Amazon DCV.' }),
  standard: Type.Boolean({ description: 'It is there everywhere; the others were made by administrators.' }),
});

export const PermissionSetList = Type.Object({ items: Type.Array(PermissionSetSchema) });
export type PermissionSetList = Static<typeof PermissionSetList>;
