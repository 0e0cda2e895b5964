import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { problemsPage } from '../../scripts/problems-page.ts';

test('docs/problems.md says what the gateway answers with (npm run docs)', async () => {
  const page = await readFile(new URL('../../docs/problems.md', import.meta.url), 'utf8');
  expect(page).toBe(problemsPage());
});
