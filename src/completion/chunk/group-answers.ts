/**
 * Answers in groups of neighbours, each as large as `fits` allows. Undefined: not even two fit together, so that
 * combining them would come to no end.
 */
export function groupAnswers(
  answers: readonly string[],
  fits: (group: readonly string[]) => boolean,
): readonly (readonly string[])[] | undefined {
  const groups: string[][] = [];
  for (const answer of answers) {
    const last = groups.at(-1);
    if (last !== undefined && fits([...last, answer])) last.push(answer);
    else groups.push([answer]);
  }
  return groups.length < answers.length ? groups : undefined;
}
