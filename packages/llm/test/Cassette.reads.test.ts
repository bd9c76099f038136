import { describe, expect, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { Cassette } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { ask, recording, replaying, withFile } from "./support/cassette.ts"

/** What a program reads of the disk. */
const reads = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const seen: Array<string> = []
    const counted =
      <Args extends ReadonlyArray<unknown>, A, E, R>(name: string, call: (...args: Args) => Effect.Effect<A, E, R>) =>
      (...args: Args) =>
        Effect.suspend(() => {
          seen.push(name)
          return call(...args)
        })
    const counting = FileSystem.make({
      ...fs,
      readFile: counted("readFile", fs.readFile),
      readDirectory: counted("readDirectory", fs.readDirectory),
      stat: counted("stat", fs.stat),
      open: counted("open", fs.open)
    })
    yield* Effect.provideService(program, FileSystem.FileSystem, counting)
    return seen
  })

const filled = (file: string, count: number) =>
  recording(
    Cassette.layerRecord,
    file,
    [{ reply: "…" }],
    Effect.forEach(
      Array.from({ length: count }, (_, n) => request(`step-${n}`)),
      ask,
      { concurrency: 8, discard: true }
    )
  )

describe("Cassette", () => {
  describe("the files that are read", () => {
    it.effect("are none at the start and one for a reply, however many there are", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* filled(file, 200)
          expect(yield* reads(replaying(file, Effect.void))).toEqual(["stat"])
          expect(yield* reads(replaying(file, ask(request("step-7"))))).toEqual(["stat", "readFile"])
        })
      )
    )

    it.effect("are one more where equal requests are repeated, and none of the others", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* filled(file, 20)
          const twice = Effect.andThen(ask(request("step-7")), ask(request("step-7")))
          expect(yield* reads(replaying(file, twice))).toEqual(["stat", "readFile", "readFile", "readFile"])
        })
      )
    )

    it.effect("are listed once for all requests that another path recorded", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* filled(file, 20)
          const moved = Effect.forEach([1, 2, 3], (n) => ask(request(`step-${n}`, undefined, {}, { path: "moved" })))
          const seen = yield* reads(replaying(file, moved))
          expect(seen.filter((name) => name === "readDirectory").length).toBe(1)
          expect(seen.filter((name) => name === "readFile").length).toBe(6)
        })
      )
    )
  })
})
