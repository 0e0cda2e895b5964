import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { findShellcheck } from '@deskfleet/testkit';
import { describe, expect, test } from 'vitest';
import { Language, Parser } from 'web-tree-sitter';
import { linuxSpec, renderedScript, windowsSpec } from './host-fixture.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

test('shellcheck finds nothing in the script of Linux hosts', async ({ skip }) => {
  const found = await findShellcheck();
  if ('missing' in found) return skip(found.missing);
  const shellcheck = run(found.shellcheck, ['--shell=bash', '--exclude=SC2034', '-']);
  shellcheck.child.stdin?.end(renderedScript(linuxSpec));
  await expect(shellcheck.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' });
});

describe('the script of Windows hosts', async () => {
  await Parser.init();
  const powershell = await Language.load(
    require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm'),
  );
  const parser = new Parser().setLanguage(powershell);

  /** Everything the grammar could not read. */
  function faults(script: string): string[] {
    const root = parser.parse(script)?.rootNode;
    const broken = root?.descendantsOfType('ERROR') ?? [];
    const all = root?.hasError && broken.length === 0 ? [root] : broken;
    return all.map((node) => `line ${node?.startPosition.row}: ${node?.text.slice(0, 60)}`);
  }
  const body = (script: string) => /<powershell>\n([\s\S]*)<\/powershell>/.exec(script)?.[1] ?? '';

  test('is PowerShell to a parser', () => {
    expect(faults('if ($x { }')).not.toEqual([]);
    expect(faults(body(renderedScript(windowsSpec)))).toEqual([]);
  });

  test('calls only functions that it has, and defines none for nothing', () => {
    const root = parser.parse(body(renderedScript(windowsSpec)))?.rootNode;
    const names = (type: string) => root?.descendantsOfType(type).map((node) => node?.text ?? '') ?? [];
    const defined = names('function_name');
    const called = new Set(names('command_name'));
    expect(defined.filter((name) => !called.has(name))).toEqual([]);
    const ours = [...called].filter((name) =>
      /^[A-Z][a-z]+-(Value|Dcv|Hook|Owner|Grid|Trouble|Patiently)/.test(name),
    );
    expect(ours.filter((name) => !defined.includes(name))).toEqual([]);
  });

  test('is within one pair of tags, and runs at the first boot only', () => {
    const script = renderedScript(windowsSpec);
    expect(script.match(/<\/?powershell>/g)).toEqual(['<powershell>', '</powershell>']);
    expect(script).toMatch(/<persist>false<\/persist>\n$/);
  });
});
