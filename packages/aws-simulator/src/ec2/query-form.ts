import { AwsError } from '../http/aws-error.ts';

/** A decoded parameter of the EC2 Query protocol: `Filter.1.Value.2=x` is a list within an object within a list. */
export type FormValue = string | FormList | FormObject;
export type FormList = FormValue[];
export interface FormObject {
  [name: string]: FormValue;
}

interface Tree {
  [name: string]: string | Tree;
}

function insert(tree: Tree, path: string[], value: string): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    tree[head] = value;
    return;
  }
  const existing = tree[head];
  const child: Tree = typeof existing === 'object' ? existing : Object.create(null);
  tree[head] = child;
  insert(child, rest, value);
}

function toValue(tree: string | Tree): FormValue {
  if (typeof tree === 'string') return tree;
  const names = Object.keys(tree);
  if (names.length > 0 && names.every((name) => /^\d+$/.test(name))) {
    return names.sort((a, b) => Number(a) - Number(b)).map((name) => toValue(tree[name] ?? ''));
  }
  return toObject(tree);
}

function toObject(tree: Tree): FormObject {
  const object: FormObject = Object.create(null);
  for (const [name, value] of Object.entries(tree)) object[name] = toValue(value);
  return object;
}

/** The parameters of a Query request as a tree. */
export function parseQueryForm(form: Record<string, unknown>): FormObject {
  const tree: Tree = Object.create(null);
  for (const [name, value] of Object.entries(form)) {
    if (typeof value !== 'string')
      throw new AwsError('InvalidParameterValue', `The parameter ${name} is repeated.`);
    insert(tree, name.split('.'), value);
  }
  return toObject(tree);
}

export function textOf(form: FormObject, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function requiredText(form: FormObject, name: string): string {
  const value = textOf(form, name);
  if (value === undefined) throw missing(name);
  return value;
}

export function missing(name: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
}

export function listOf(form: FormObject, name: string): FormList {
  const value = form[name];
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

export function textsOf(form: FormObject, name: string): string[] {
  return listOf(form, name).filter((value) => typeof value === 'string');
}

export function objectOf(form: FormObject, name: string): FormObject {
  const value = form[name];
  return isObject(value) ? value : Object.create(null);
}

export function objectsOf(form: FormObject, name: string): FormObject[] {
  return listOf(form, name).filter(isObject);
}

function isObject(value: FormValue | undefined): value is FormObject {
  return typeof value === 'object' && !Array.isArray(value);
}

export function flagOf(form: FormObject, name: string): boolean | undefined {
  const value = textOf(form, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new AwsError(
    'InvalidParameterValue',
    `Invalid value '${value}' for ${name}. Expecting true or false.`,
  );
}

export function integerOf(form: FormObject, name: string): number | undefined {
  const value = textOf(form, name);
  if (value === undefined) return undefined;
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new AwsError('InvalidParameterValue', `Invalid value '${value}' for ${name}. Expecting an integer.`);
}

/** Name and values of each `Filter.n`. */
export function filtersOf(form: FormObject): { name: string; values: string[] }[] {
  return objectsOf(form, 'Filter').map((filter) => ({
    name: requiredText(filter, 'Name'),
    values: textsOf(filter, 'Value'),
  }));
}
