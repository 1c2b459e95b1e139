import { utcDayText, utcHourText } from "../../core/calendar.ts";
import type { Series } from "../../cost/ledger/series.ts";
import { compareValues, groupValues } from "../../cost/ledger/usage-groups.ts";
import type { UsageDimension } from "../../cost/ledger/usage-query.ts";

/** Groups that differ in time alone. */
interface Line {
  /** In all dimensions but time. */
  readonly values: readonly string[];
  readonly groupByStart: Map<number, number>;
}

/**
 * Finds the groups of what is read, by numbers: a query reads thousands of series in hundreds of hours. Groups are
 * numbered from 0 as they are met.
 */
export class GroupFinder {
  readonly #dimensions: readonly UsageDimension[];
  readonly #withoutTime: readonly UsageDimension[];
  readonly #lines = new Map<string, Line>();
  readonly #memberOf = new Map<string, number>();
  /** The lines of those series for which the index stands. */
  readonly #members: Line[][] = [];
  readonly #groupOf = new Map<string, number>();
  /** Of each group. */
  readonly #values: string[][] = [];
  readonly #hourTexts = new Map<number, string>();

  constructor(dimensions: readonly UsageDimension[]) {
    this.#dimensions = dimensions;
    this.#withoutTime = dimensions.filter((dimension) => dimension !== "day" && dimension !== "hour");
  }

  /** So many numbers stand for series. */
  get memberCount(): number {
    return this.#members.length;
  }

  get groupCount(): number {
    return this.#values.length;
  }

  /** The number that stands for a series, and for all others in the same groups. */
  memberOf(series: Series): number {
    const lists = this.#withoutTime.length === 0 ? [[]] : groupValues(this.#withoutTime, series, 0);
    const key = JSON.stringify(lists);
    let member = this.#memberOf.get(key);
    if (member === undefined) {
      member = this.#members.push(lists.map((values) => this.#line(values))) - 1;
      this.#memberOf.set(key, member);
    }
    return member;
  }

  /** The groups of a series in the hour or day that starts then. None without dimensions. */
  groupsOf(member: number, startMs: number): number[] {
    if (this.#dimensions.length === 0) return [];
    return this.#members[member]!.map((line) => {
      let group = line.groupByStart.get(startMs);
      if (group === undefined) {
        group = this.groupOf(this.#withTime(line.values, startMs));
        line.groupByStart.set(startMs, group);
      }
      return group;
    });
  }

  /** The group with these values in all dimensions. */
  groupOf(values: string[]): number {
    const key = JSON.stringify(values);
    let group = this.#groupOf.get(key);
    if (group === undefined) {
      group = this.#values.push(values) - 1;
      this.#groupOf.set(key, group);
    }
    return group;
  }

  /** All groups in the order of their values. */
  sorted(): { readonly groups: readonly number[]; readonly values: readonly string[] } {
    const all = this.#values;
    const groups = [...all.keys()].sort((left, right) => compareValues(all[left]!, all[right]!));
    return { groups, values: groups.flatMap((group) => all[group]!) };
  }

  #line(values: readonly string[]): Line {
    const key = JSON.stringify(values);
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { values, groupByStart: new Map() };
      this.#lines.set(key, line);
    }
    return line;
  }

  #withTime(withoutTime: readonly string[], wallMs: number): string[] {
    let index = 0;
    return this.#dimensions.map((dimension) => {
      if (dimension === "day") return utcDayText(wallMs);
      return dimension === "hour" ? this.#hourText(wallMs) : withoutTime[index++]!;
    });
  }

  /** Making one takes as long as all else about a group. */
  #hourText(wallMs: number): string {
    let text = this.#hourTexts.get(wallMs);
    if (text === undefined) {
      text = utcHourText(wallMs);
      this.#hourTexts.set(wallMs, text);
    }
    return text;
  }
}
