import fc from 'fast-check';
import { type Command, type CommandContext, desiredStates, sessionStates } from '../src/index.ts';

export const start: Command = { kind: 'start' };
export const stop: Command = { kind: 'stop', mode: 'stop', force: false };
export const forcedStop: Command = { kind: 'stop', mode: 'stop', force: true };
export const hibernate: Command = { kind: 'stop', mode: 'hibernate', force: false };
export const reboot: Command = { kind: 'reboot' };
export const resize: Command = { kind: 'resize', instanceType: 'm7i.xlarge' };
export const terminate: Command = { kind: 'terminate' };

export const contexts: fc.Arbitrary<CommandContext> = fc.record({
  state: fc.constantFrom(...sessionStates),
  desired: fc.constantFrom(...desiredStates),
  hasInstance: fc.boolean(),
  hibernation: fc.boolean(),
});
export const commands: fc.Arbitrary<Command> = fc.constantFrom(
  start,
  stop,
  forcedStop,
  hibernate,
  reboot,
  resize,
  terminate,
);

export const running: CommandContext = {
  state: 'running',
  desired: 'running',
  hasInstance: true,
  hibernation: false,
};
