import { Effect } from "effect"
import { TestClock } from "effect/testing"

/**
 * Lets time pass while a server stalls, a millisecond a turn of the event loop, in which all that has arrived is read:
 * a client runs out of patience with the server, and never with a machine that is slow.
 */
export const passTime = (stalls: () => boolean) => {
  const turn = TestClock.withLive(Effect.sleep(1))
  const pass = Effect.suspend(() => (stalls() ? TestClock.adjust(1) : Effect.void))
  return Effect.forkScoped(Effect.forever(Effect.andThen(turn, pass)))
}
