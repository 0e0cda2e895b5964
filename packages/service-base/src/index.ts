export { type AccessMode, accessModeSetting, accessModes, webUrlPathSetting } from './access-settings.ts';
export { buildHttpServer, type HttpServerDependencies } from './build-http-server.ts';
export { type CommonSettings, commonSettings, portSetting } from './common-settings.ts';
export { type HostNamingRules, hostNamingOf, hostNamingSettings } from './host-naming-settings.ts';
export { openServiceBase, type ServiceBase, type ServiceBaseOptions } from './open-service-base.ts';
