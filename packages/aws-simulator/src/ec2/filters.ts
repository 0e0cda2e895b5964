import { AwsError } from '../http/aws-error.ts';

export interface Filter {
  name: string;
  values: string[];
}

/** The values that a resource has for a filter's name; undefined when the call knows no such filter. */
export type FilterValues<T> = (resource: T, filterName: string) => string[] | undefined;

// EC2 filters know two wildcards (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html).
function toPattern(value: string): RegExp | string {
  if (!/[*?]/.test(value)) return value;
  const escaped = value.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

function matches(pattern: RegExp | string, value: string): boolean {
  return typeof pattern === 'string' ? pattern === value : pattern.test(value);
}

/** A test of a resource against all filters: each must match by at least one of its values. */
export function compileFilters<T>(filters: Filter[], valuesOf: FilterValues<T>): (resource: T) => boolean {
  const compiled = filters.map(({ name, values }) => ({ name, patterns: values.map(toPattern) }));
  return (resource) =>
    compiled.every(({ name, patterns }) => {
      const values = valuesOf(resource, name);
      if (values === undefined)
        throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
      return patterns.some((pattern) => values.some((value) => matches(pattern, value)));
    });
}

/** Values of the `tag:KEY` and `tag-key` filters, which every taggable resource has; undefined for other names. */
export function tagFilterValues(tags: Record<string, string>, filterName: string): string[] | undefined {
  if (filterName === 'tag-key') return Object.keys(tags);
  if (!filterName.startsWith('tag:')) return undefined;
  const value = tags[filterName.slice('tag:'.length)];
  return value === undefined ? [] : [value];
}
