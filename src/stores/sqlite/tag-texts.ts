import { tagsText } from "../../cost/ledger/series.ts";

/** Tags by name, then by value, in the order in which they were met. */
interface TagNode {
  /** Of the tags up to here. Undefined: nobody asked for it yet. */
  text: string | undefined;
  readonly next: Map<string, Map<string, TagNode>>;
}

/** Tags as text, remembered: to find one takes a tenth of the time of making it, and leaves nothing to be collected. */
export class TagTexts {
  readonly #most: number;
  readonly #root: TagNode = newNode();
  #count = 0;

  /** Remembers `most` texts or parts of them; others are made each time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** See {@link tagsText}. */
  of(tags: Readonly<Record<string, string>>): string {
    let node = this.#root;
    for (const name of Object.keys(tags)) {
      const next = this.#nodeFor(node, name, tags[name]!);
      if (next === undefined) return tagsText(tags);
      node = next;
    }
    node.text ??= tagsText(tags);
    return node.text;
  }

  /** Undefined: it is not there, and there is no room. */
  #nodeFor(node: TagNode, name: string, value: string): TagNode | undefined {
    const known = node.next.get(name)?.get(value);
    if (known !== undefined || this.#count >= this.#most) return known;
    const added = newNode();
    const values = node.next.get(name);
    if (values === undefined) node.next.set(name, new Map([[value, added]]));
    else values.set(value, added);
    this.#count++;
    return added;
  }
}

function newNode(): TagNode {
  return { text: undefined, next: new Map() };
}
