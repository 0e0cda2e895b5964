import { AwsError } from '../http/aws-error.ts';
import { type FormObject, integerOf, textOf } from './query-form.ts';

export interface Page<T> {
  items: T[];
  nextToken: string | undefined;
}

export interface PageLimits {
  smallest: number;
  largest: number;
  /** Page size without MaxResults. */
  byDefault: number;
}

/** DescribeInstances: 5 to 1000 a page; without MaxResults everything comes at once. */
export const instancePages: PageLimits = { smallest: 5, largest: 1000, byDefault: Number.POSITIVE_INFINITY };

/** DescribeInstanceTypes: 5 to 100 a page, and 100 without MaxResults. */
export const instanceTypePages: PageLimits = { smallest: 5, largest: 100, byDefault: 100 };

const encode = (position: number) => Buffer.from(`after:${position}`).toString('base64url');

function decode(token: string): number {
  const match = /^after:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw new AwsError('InvalidNextToken', 'The specified NextToken is not valid.');
  return Number(match[1]);
}

function pageSize(form: FormObject, limits: PageLimits): number {
  const asked = integerOf(form, 'MaxResults');
  if (asked === undefined) return limits.byDefault;
  if (asked >= limits.smallest && asked <= limits.largest) return asked;
  const expected =
    asked < limits.smallest
      ? `greater than or equal to ${limits.smallest}`
      : `less than or equal to ${limits.largest}`;
  throw new AwsError(
    'InvalidParameterValue',
    `Value ( ${asked} ) for parameter maxResults is invalid. Expecting a value ${expected}.`,
  );
}

/** Where the page that NextToken asks for begins: after this position. */
export function positionAfter(form: FormObject): number {
  const token = textOf(form, 'NextToken');
  return token === undefined ? -1 : decode(token);
}

/** One page of `items`, which must come in rising order of `positionOf`; the token names the last position given out. */
export function cutPage<T>(
  form: FormObject,
  items: Iterable<T>,
  positionOf: (item: T) => number,
  limits: PageLimits,
): Page<T> {
  const size = pageSize(form, limits);
  const after = positionAfter(form);
  const page: T[] = [];
  for (const item of items) {
    if (positionOf(item) <= after) continue;
    const last = page.at(-1);
    if (page.length === size && last !== undefined)
      return { items: page, nextToken: encode(positionOf(last)) };
    page.push(item);
  }
  return { items: page, nextToken: undefined };
}
