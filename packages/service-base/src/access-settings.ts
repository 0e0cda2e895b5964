import Type from 'typebox';

/** How people reach desktops. */
export const accessModes = ['gateway', 'direct', 'path'] as const;
export type AccessMode = (typeof accessModes)[number];

/** The setting `DCV_ACCESS_MODE`, the same in every service that has it. */
export const accessModeSetting = Type.Enum([...accessModes], {
  default: 'direct',
  description:
    'How people reach desktops: by an Amazon DCV Connection Gateway, at their own address, or by a load balancer that routes /<host>/. The same in all services.',
  examples: ['gateway'],
});

/** The setting `DCV_WEB_URL_PATH_TEMPLATE`, the same in every service that has it. */
export const webUrlPathSetting = Type.String({
  default: '/',
  pattern: '^/',
  description:
    'Path of the desktop on its DCV server, by which load balancers route; {host} is its private address. The same in all services.',
  examples: ['/desktops/{host}/'],
});
