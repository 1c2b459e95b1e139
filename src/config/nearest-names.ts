/** How many single-letter changes (insert, delete, replace) turn one word into the other. */
export function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = previous[column - 1]! + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[right.length]!;
}

/**
 * The names most like `word`, nearest first and at most `count`; only those that differ in at most half of their
 * letters, so that the list is empty rather than far-fetched. Words are cut at 200 letters to bound the work.
 */
export function nearestNames(word: string, names: Iterable<string>, count: number): string[] {
  const wanted = word.slice(0, 200).toLowerCase();
  const ranked = [...names].map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }));
  return ranked
    .filter(({ name, distance }) => distance <= Math.floor(Math.max(name.length, wanted.length) / 2))
    .sort((left, right) => left.distance - right.distance || (left.name < right.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}
