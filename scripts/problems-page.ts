import { problemCodes } from '@deskfleet/contracts';
import { problemAdvice } from '../services/api-gateway/src/adapters/http/problem-advice.ts';

const introduction = `# Problems and what to do about them

Every error answer of the HTTP API is \`application/problem+json\` (RFC 9457). Its \`code\` is stable: programs may branch on
it. \`detail\` says what is wrong with this request, \`errors\` names every field at fault. The gateway serves this list at
\`/docs/problems\`, where the \`type\` of a problem points to.

This page is made from the table of codes by \`npm run docs\`.
`;

/** docs/problems.md: every code, from the tables that the gateway answers with. */
export function problemsPage(): string {
  const sections = Object.entries(problemCodes).map(([code, { status, title }]) =>
    [`## ${code}`, `HTTP ${status}: ${title}.`, problemAdvice[code as keyof typeof problemCodes]].join(
      '\n\n',
    ),
  );
  return `${[introduction.trimEnd(), ...sections].join('\n\n')}\n`;
}
