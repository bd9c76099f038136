import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as testReport from "./testReport.ts"

/** What watches the tests ends them at their limit, and sees where they are. This is for where they keep it from that. */
const grace = Duration.seconds(1)

/** Fails when a sandbox does not start in time, or the tests then have not ended soon after their own limit. */
export const outOfTime = (
  name: string,
  started: Deferred.Deferred<void>,
  startTimeout: Duration.Input,
  timeout: Duration.Input
) => {
  const limit = Duration.fromInputUnsafe(startTimeout)
  return Deferred.await(started).pipe(
    Effect.timeoutOrElse({
      duration: limit,
      orElse: () =>
        Effect.fail(
          testReport.notStarted(
            `${name} did not start within ${Duration.format(limit)}; the machine may be busy: try again, or allow more time`
          )
        )
    }),
    Effect.andThen(Effect.sleep(Duration.sum(Duration.fromInputUnsafe(timeout), grace))),
    Effect.andThen(Effect.suspend(() => Effect.fail(testReport.timedOut(timeout))))
  )
}

/** The first bytes of a stream as text. The rest is read too, so that its writer need not wait, and forgotten. */
export const head = <E>(stream: Stream.Stream<Uint8Array, E>, bytes: number) =>
  Effect.suspend(() => {
    const decoder = new TextDecoder()
    let left = bytes
    let text = ""
    return Stream.runForEach(stream, (chunk) =>
      Effect.sync(() => {
        if (left > 0) text += decoder.decode(chunk.subarray(0, left), { stream: true })
        left -= chunk.length
      })
    ).pipe(Effect.map(() => (left < 0 ? `${text}\n... (cut off after ${bytes} bytes)` : text)))
  })
