import { gpuOf } from './gpu-of.ts';
import type { HostSpec } from './host-spec.ts';

/**
 * How DCV shows the desktop. Windows has nothing but its console. By default a GPU is used where it is, on the console, and
 * Ubuntu's desktop is made for the console; other Linux desktops get a virtual display.
 */
export function dcvSessionTypeOf(
  spec: Pick<HostSpec, 'os' | 'baseOs' | 'instanceType' | 'sessionType'>,
): 'console' | 'virtual' {
  if (spec.os === 'windows') return 'console';
  if (spec.sessionType !== 'default') return spec.sessionType;
  return gpuOf(spec.instanceType) !== 'none' || spec.baseOs.startsWith('ubuntu') ? 'console' : 'virtual';
}
