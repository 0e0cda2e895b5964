import Type from 'typebox';

const Hours = (description: string) => Type.Number({ minimum: 0, description, examples: [118.25] });
const Money = (description: string) => Type.Number({ minimum: 0, description, examples: [11.92] });

/** How long a desktop has run in the present month, and how long it has not. */
export const SessionUsageSchema = Type.Object({
  since: Type.String({
    format: 'date-time',
    description: 'The beginning of the present month, UTC, or of the desktop where that is later.',
  }),
  runningHours: Hours('For which AWS bills its instance.'),
  stoppedHours: Hours('At rest, stopped or hibernated, for which it does not.'),
});

/** What the instance of a desktop costs; disks and traffic are not in it (docs/prices.md). */
export const SessionCostSchema = Type.Object({
  currency: Type.String({ description: 'ISO 4217.', examples: ['USD'] }),
  hourly: Money('An hour of its instance type, by the price list of the deployment.'),
  monthToDate: Money('Its running hours at that price.'),
  savedMonthToDate: Money('Its stopped hours at that price: what always-on would have cost beyond that.'),
});
