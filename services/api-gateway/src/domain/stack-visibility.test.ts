import { expect, test } from 'vitest';
import { projectsToUse, type StackProject } from './stack-visibility.ts';

const project = (id: string, enabled: boolean, member: boolean): StackProject => ({
  id,
  name: id,
  enabled,
  member,
});
const own = project('own', true, true);
const foreign = project('foreign', true, false);
const ended = project('ended', false, true);

test.each<[string, StackProject[], boolean, string[] | null]>([
  ['a stack for everybody', [], false, []],
  ['a stack of an own project', [own, foreign], false, ['own']],
  ['a stack of projects of others', [foreign], false, null],
  ['a stack of a project that is switched off', [ended], false, null],
  ['a stack of projects, for an administrator', [own, foreign, ended], true, ['own', 'foreign']],
  ['a stack of no usable project, for an administrator', [ended], true, []],
])('%s', (_what, projects, administrator, expected) => {
  const usable = projectsToUse(projects, { administrator });
  expect(usable?.map(({ id }) => id) ?? null).toEqual(expected);
});
