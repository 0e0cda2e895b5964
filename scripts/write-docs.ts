import { writeFileSync } from 'node:fs';
import { configurationPage } from './configuration-page.ts';
import { problemsPage } from './problems-page.ts';

const pages = { 'configuration.md': configurationPage(), 'problems.md': problemsPage() };
for (const [name, page] of Object.entries(pages)) {
  writeFileSync(new URL(`../docs/${name}`, import.meta.url), page);
}
