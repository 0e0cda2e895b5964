/** Replaces neighbours by what `join` makes of them, where it makes something; in the order of the items. */
export function* joinNeighbours<Item extends object>(
  items: Iterable<Item>,
  join: (earlier: Item, later: Item) => Item | null,
): Generator<Item> {
  let current: Item | null = null;
  for (const next of items) {
    const joined: Item | null = current && join(current, next);
    if (current && !joined) yield current;
    current = joined ?? next;
  }
  if (current) yield current;
}
