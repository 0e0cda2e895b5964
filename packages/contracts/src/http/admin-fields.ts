import Type from 'typebox';

// What the bodies of the administrators' API have in common.

export const Uuid = Type.String({ format: 'uuid' });
export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' });

/** What people see in lists: it begins and ends with something visible, so that two names never look the same. */
export const CatalogueName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[^\\s\\p{C}]([^\\p{C}\\u2028\\u2029]*[^\\s\\p{C}])?$',
  description: '1–64 characters; no control characters, and no space at the start or the end.',
  examples: ['CFD workstation'],
});

/** Text of several lines: tabs and line ends, and no other control characters. */
export const CatalogueDescription = Type.String({
  maxLength: 1000,
  pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$',
  description: 'At most 1,000 characters; of control characters only tabs and line ends.',
});

/** EC2's own upper bound of a gp3 volume is 64 TiB; 16 TiB is beyond any desktop. */
export const VolumeGiB = Type.Integer({ minimum: 1, maximum: 16_384 });

export const InstanceTypeName = Type.String({
  maxLength: 64,
  pattern: '^[a-z0-9-]+\\.[a-z0-9-]+$',
  description: 'Name of an EC2 instance type.',
  examples: ['m7i.large'],
});

/** The pages of every list of the administrators' API. */
export const NextCursor = Type.Union([Type.String(), Type.Null()]);
