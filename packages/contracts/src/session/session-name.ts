import Type from 'typebox';

/**
 * A desktop's name: 1–64 letters, digits, spaces, `-`, `_` and `.`; it starts and ends with something visible, so that
 * two names never look the same in a list.
 */
export const SessionNameSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9_.-]([A-Za-z0-9 _.-]*[A-Za-z0-9_.-])?$',
  description: '1–64 letters, digits, spaces, "-", "_" or "."; no space at the start or the end.',
  examples: ['CFD workstation'],
});
