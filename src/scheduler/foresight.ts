import type { Place } from "./place.ts";
import { type PlayedTurn, type QueueNow, QueuePlay } from "./queue-play.ts";

/** What comes of a queue if nobody else comes. */
export interface Foresight {
  /** Who starts, in order. */
  readonly turns: readonly PlayedTurn[];
  /** Who cannot start in time any more. */
  readonly late: readonly PlayedTurn[];
  /** The play that came to it, to be played on. */
  readonly play: QueuePlay;
  /** Nobody is left of whom it can be said when they start. */
  readonly isWhole: boolean;
}

/**
 * Plays a queue to its end, or until it is known when `until` starts, who is among `turns` even if that is too late; at most
 * `most` turns. `without` is not played.
 *
 * Who cannot start in time is given up as soon as that is known; a play comes to know it only after a while. If meanwhile
 * it was in the way of others, the play begins anew without it.
 */
export function foresee(
  now: QueueNow,
  { most, until, without }: { most: number; until?: Place; without?: Place },
): Foresight {
  const out = new Set<Place>(without && [without]);
  const givenUp: PlayedTurn[] = [];
  for (let spareTurns = most; ; ) {
    const play = new QueuePlay(now, out);
    const { turns, late, inTheWay, isWhole } = playOnce(play, { most, until, spareTurns });
    if (inTheWay === undefined) return { turns, late: [...givenUp, ...late], play, isWhole };
    givenUp.push(inTheWay);
    out.add(inTheWay.place);
    spareTurns -= turns.length + late.length + 1;
  }
}

/**
 * Plays until one is too late who was in the way, if `spareTurns` have not been used up by then. After that one may seem
 * to be too late who is not: it is not in `late`.
 */
function playOnce(
  play: QueuePlay,
  { most, until, spareTurns }: { most: number; until: Place | undefined; spareTurns: number },
): Pick<Foresight, "turns" | "late" | "isWhole"> & { readonly inTheWay?: PlayedTurn } {
  const turns: PlayedTurn[] = [];
  const late: PlayedTurn[] = [];
  let isCertain = true;
  let hasCome = false;
  for (let played = 0; played < most; played++) {
    const turn = play.next();
    if (turn === undefined) return { turns, late, isWhole: true };
    const { place, isLate, wasInTheWay } = turn;
    if (!isLate || place === until) turns.push(turn);
    else if (isCertain) {
      if (wasInTheWay && played < spareTurns) return { turns, late, isWhole: false, inTheWay: turn };
      late.push(turn);
      isCertain = !wasInTheWay;
    }
    if (place === until) {
      if (isLate) break;
      hasCome = true;
    }
    // Whoever is in the way then may turn out to be too late, so that others come before `until`.
    if (hasCome && !play.isAnyoneInTheWay) break;
  }
  return { turns, late, isWhole: false };
}
