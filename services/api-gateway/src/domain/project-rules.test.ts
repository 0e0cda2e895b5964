import { describe, expect, test } from 'vitest';
import { type Change, errorsOf, faultsOf, hermes, judge, project } from '../../test/example-admission.ts';
import type { StackProject } from './stack-visibility.ts';

describe('the project', () => {
  const kept = (...projects: StackProject[]) => ({ projects });
  const foreign = project({ member: false });

  test.each<[string, Change, string | null | string[]]>([
    ['none', {}, null],
    ['one of their own', { request: { projectId: 'apollo' }, facts: { project: project() } }, 'apollo'],
    ['one that there is not', { request: { projectId: 'x' } }, ['unknown-project /projectId']],
    [
      'one of other people',
      { request: { projectId: 'apollo' }, facts: { project: foreign } },
      ['unknown-project /projectId'],
    ],
    [
      'one of other people, for an administrator',
      { request: { projectId: 'apollo' }, facts: { project: foreign, administrator: true } },
      'apollo',
    ],
    [
      'one that is switched off',
      { request: { projectId: 'apollo' }, facts: { project: project({ enabled: false }) } },
      ['project-disabled /projectId'],
    ],
    [
      'the only one that fits, which needs no name',
      { stack: kept(project(), { ...hermes, member: false }) },
      'apollo',
    ],
    [
      'two that fit, of which none is named',
      { stack: kept(project(), hermes) },
      ['project-required /projectId'],
    ],
    [
      'two that fit, of which one is named',
      { request: { projectId: 'hermes' }, stack: kept(project(), hermes), facts: { project: hermes } },
      'hermes',
    ],
    [
      'one that the stack is not kept for',
      { request: { projectId: 'hermes' }, stack: kept(project()), facts: { project: hermes } },
      ['project-not-allowed /projectId'],
    ],
    [
      'a stack of other people, which is none',
      { stack: kept(foreign) },
      ['unknown-software-stack /softwareStackId'],
    ],
    [
      'a stack of a project that is switched off',
      { stack: kept(project({ enabled: false })) },
      ['unknown-software-stack /softwareStackId'],
    ],
    [
      'a stack of other people, for an administrator who names none',
      { stack: kept(foreign), facts: { administrator: true } },
      ['project-required /projectId'],
    ],
  ])('%s', (_what, change, expected) => {
    const verdict = judge(change);
    const found = verdict.admitted ? (verdict.admission.project?.id ?? null) : faultsOf(verdict);
    expect(found).toEqual(expected);
  });

  test('a refusal names only what the caller may know', () => {
    const secret = project({ id: 'secret', name: 'Secret', member: false });
    const told = errorsOf(judge({ stack: kept(project(), hermes, secret) }))[0]?.detail;
    expect(told).toContain('Apollo (apollo), Hermes (hermes).');
    const named = errorsOf(
      judge({
        request: { projectId: 'x' },
        stack: kept(project(), secret),
        facts: { project: { ...hermes, id: 'x' } },
      }),
    )[0]?.detail;
    expect(named).not.toContain('Secret');
  });
});
