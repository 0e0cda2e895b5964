import type { JsonAction } from '../http/json-input.ts';
import { getMetricData } from './get-metric-data.ts';
import { putMetricData } from './put-metric-data.ts';

/** The CloudWatch actions that the simulator knows (targets `GraniteServiceVersion20100801.NAME`). */
export const cloudWatchActions: ReadonlyMap<string, JsonAction> = new Map<string, JsonAction>([
  ['GetMetricData', getMetricData],
  ['PutMetricData', putMetricData],
]);
