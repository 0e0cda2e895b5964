import { parseArgs } from 'node:util';
import { benchAuthenticator } from './authenticator.ts';
import { benchIdle } from './idle.ts';
import { type Measurement, report } from './measurement.ts';
import { benchSchedule } from './schedule.ts';

/** What can be measured, by name. */
const benches: Record<string, { about: string; run: () => Promise<Measurement[]> }> = {
  schedule: {
    about: '100,000 sessions: a tick with nothing due, 3,000 edges in one minute (about five minutes)',
    run: benchSchedule,
  },
  idle: {
    about:
      '10,000 running desktops: a sweep that asks 3,000 hosts, and one with silent hosts (about five minutes)',
    run: benchIdle,
  },
  authenticator: {
    about: 'questions of DCV servers beside a bare route with the same SQL (about two minutes)',
    run: benchAuthenticator,
  },
};

const usage = `Usage: npm run bench [-- NAME …]

Measures Deskfleet beside a reference in the same run, prints a table and writes bench/results/latest.json.
Without a name, all are measured:

${Object.entries(benches)
  .map(([name, { about }]) => `  ${name.padEnd(15)}${about}`)
  .join('\n')}
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
const unknown = positionals.filter((name) => !(name in benches));
if (values.help) {
  console.log(usage);
} else if (unknown.length > 0) {
  console.error(`There is no bench called ${unknown.join(', ')}.\n\n${usage}`);
  process.exitCode = 2;
} else {
  const names = positionals.length > 0 ? positionals : Object.keys(benches);
  const measurements: Measurement[] = [];
  for (const name of names) measurements.push(...((await benches[name]?.run()) ?? []));
  report(measurements);
  if (measurements.some(({ met }) => !met)) process.exitCode = 1;
}
