import type { World } from '../state/world.ts';
import { AwsError } from './aws-error.ts';

/** The input of an AWS JSON request, read with the checks that a service makes before it looks at the meaning. */
export type JsonInput = Readonly<Record<string, unknown>>;

/** One SSM or CloudWatch request. */
export interface JsonCall {
  world: World;
  input: JsonInput;
  region: string;
}

export type JsonAction = (call: JsonCall) => object;

function invalid(name: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: ${constraint}`,
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function jsonText(input: JsonInput, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(name, 'Member must be a string');
  return value;
}

export function requiredJsonText(input: JsonInput, name: string): string {
  const value = jsonText(input, name);
  if (value === undefined || value === '') throw invalid(name, 'Member must not be null');
  return value;
}

export function jsonNumber(input: JsonInput, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw invalid(name, 'Member must be a number');
  return value;
}

export function jsonFlag(input: JsonInput, name: string): boolean {
  return input[name] === true;
}

export function jsonTexts(input: JsonInput, name: string): string[] {
  const value = input[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw invalid(name, 'Member must be a list of strings');
  }
  return value;
}

export function jsonObjects(input: JsonInput, name: string): JsonInput[] {
  const value = input[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export interface PageBounds {
  smallest: number;
  largest: number;
}

/** MaxResults, within bounds; the largest page without it. */
function jsonPageSize(input: JsonInput, { smallest, largest }: PageBounds): number {
  const size = jsonNumber(input, 'MaxResults') ?? largest;
  if (size < smallest)
    throw invalid('maxResults', `Member must have value greater than or equal to ${smallest}`);
  if (size > largest) throw invalid('maxResults', `Member must have value less than or equal to ${largest}`);
  return size;
}

/** One page of a list, where the token is the place to go on from. */
export function jsonPage<T>(
  input: JsonInput,
  items: readonly T[],
  bounds: PageBounds,
): { items: T[]; NextToken?: string } {
  const size = jsonPageSize(input, bounds);
  const token = jsonText(input, 'NextToken');
  const start = token ? Number(Buffer.from(token, 'base64url').toString()) : 0;
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  const page = items.slice(start, start + size);
  if (start + size >= items.length) return { items: page };
  return { items: page, NextToken: Buffer.from(String(start + size)).toString('base64url') };
}

/** AWS JSON carries times as seconds since the epoch. */
export const toEpochSeconds = (ms: number): number => ms / 1000;
