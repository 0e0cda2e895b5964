export { type AwsClientSettings, awsClientSettings, withFailpoints } from './client-settings.ts';
