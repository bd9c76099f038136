import { spawn } from "node:child_process"
import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, PlatformError } from "effect"
import { TestClock } from "effect/testing"
import { LlmClient } from "@stepwright/core/LlmClient"
import { Cassette, MockLlm } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { ask, filesOf, recording, replaying, text, warnings, withFile } from "./support/cassette.ts"

const url = (specifier: string) => JSON.stringify(import.meta.resolve(specifier))

/** A process that asks for ten steps, each four times, of a model that says who it is, once it is told to. */
const writer = (layer: "layerAuto" | "layerRecord", file: string, who: string) => {
  const program = `
    import { Effect, Layer } from ${url("effect")}
    import { NodeServices } from ${url("@effect/platform-node")}
    import { LlmClient } from ${url("@stepwright/core/LlmClient")}
    import * as Cassette from ${url("@stepwright/llm/Cassette")}
    import * as MockLlm from ${url("@stepwright/llm/MockLlm")}
    const asked = (step) => ({
      model: "default", messages: [{ role: "user", content: "Please do " + step + "." }], format: { type: "text" },
      parameters: {}, metadata: { run: "run-1", path: step, step, turn: 1 }
    })
    let said = 0
    const model = MockLlm.layer(() => ${JSON.stringify(who)} + " " + ++said)
    const asks = Effect.flatMap(LlmClient, (client) => Effect.forEach(
      Array.from({ length: 40 }, (_, i) => asked("step-" + i % 10)), client.generate, { concurrency: 4, discard: true }))
    const ready = Effect.promise(() => new Promise((resolve) => {
      process.stdin.once("data", resolve)
      process.stdout.write("ready\\n")
    }))
    await Effect.runPromise(Effect.andThen(ready, asks).pipe(
      Effect.provide(Layer.provide(Cassette.${layer}({ file: ${JSON.stringify(file)} }), model)),
      Effect.provide(NodeServices.layer)))
    console.log("asked " + said)
    process.exit()`
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] })
  let told = ""
  const ready = new Promise<void>((resolve) => {
    child.stdout.on("data", (data) => {
      told += data
      if (told.includes("ready")) resolve()
    })
  })
  const ended = new Promise<number>((resolve) => {
    child.on("close", () => resolve(Number(/asked (\d+)/u.exec(told)?.[1])))
  })
  return { ready, go: () => child.stdin.end("go\n"), ended }
}

/** Runs writers side by side, and gives how often each has asked its model. */
const sideBySide = (...writers: ReadonlyArray<ReturnType<typeof writer>>) =>
  Effect.promise(async () => {
    await Promise.all(writers.map(({ ready }) => ready))
    for (const { go } of writers) go()
    return Promise.all(writers.map(({ ended }) => ended))
  })

const said = (file: string) =>
  Effect.map(Cassette.entries(file), (all) => all.map(({ reply }) => reply.text).toSorted())

const replies = (who: string, count: number) => Array.from({ length: count }, (_, n) => `${who} ${n + 1}`)

describe("Cassette", () => {
  describe("writers at the same time", () => {
    it.live("in two processes keep every reply that either was given, the equal ones too", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const asked = yield* sideBySide(writer("layerRecord", file, "one"), writer("layerRecord", file, "two"))
          expect(asked).toEqual([40, 40])
          expect(yield* said(file)).toEqual([...replies("one", 40), ...replies("two", 40)].toSorted())
          const names = yield* filesOf(file)
          const numbers = [...Array(8).keys()].map((n) => (n === 0 ? "" : `.${n + 1}`)).toSorted()
          expect(
            names
              .filter((name) => name.startsWith("step-3@"))
              .map((name) => name.slice(19, -5))
              .toSorted()
          ).toEqual(numbers)
        })
      )
    )

    it.live("in two processes that record anew what there was replace that, and nothing of each other", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const [first] = yield* sideBySide(writer("layerRecord", file, "before"))
          expect(first).toBe(40)
          yield* sideBySide(writer("layerRecord", file, "one"), writer("layerRecord", file, "two"))
          expect(yield* said(file)).toEqual([...replies("one", 40), ...replies("two", 40)].toSorted())
        })
      )
    )

    it.live("in two processes that ask for what is missing keep what each has paid for", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const [one = 0, two = 0] = yield* sideBySide(
            writer("layerAuto", file, "one"),
            writer("layerAuto", file, "two")
          )
          expect(yield* said(file)).toEqual([...replies("one", one), ...replies("two", two)].toSorted())
        })
      )
    )

    it.effect("leave what another has written since a request was asked", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerRecord, file, [{ reply: "old" }], ask(request("a")))
          const meanwhile = recording(Cassette.layerRecord, file, [{ reply: "other" }], ask(request("a")))
          const script = () => Effect.as(Effect.orDie(meanwhile), "own" as const)
          const slow = Layer.provide(Cassette.layerRecord({ file }), MockLlm.layer(script))
          const fs = yield* FileSystem.FileSystem
          yield* Effect.provide(ask(request("a")), slow).pipe(Effect.provideService(FileSystem.FileSystem, fs))
          expect(yield* said(file)).toEqual(["other", "own"])
          expect(yield* replaying(file, Effect.replicateEffect(text(request("a")), 2))).toEqual(["other", "own"])
        })
      )
    )

    it.effect("leave what another writes while it is looked for", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const later = Date.now() + 60_000
          yield* TestClock.setTime(later)
          let path = ""
          const meanwhile = Effect.gen(function* () {
            path = ""
            yield* recording(Cassette.layerRecord, file, [{ reply: "other" }], ask(request("a")))
            const [name = ""] = yield* filesOf(file)
            yield* fs.utimes(`${file}/${name}`, new Date(later + 10), new Date(later + 10))
            yield* TestClock.setTime(later + 20)
          }).pipe(Effect.provideService(FileSystem.FileSystem, fs), Effect.orDie)
          const readFile: typeof fs.readFile = (at) =>
            Effect.andThen(at.endsWith(path) && path !== "" ? meanwhile : Effect.void, fs.readFile(at))
          path = ".json"
          yield* recording(Cassette.layerRecord, file, [{ reply: "own" }], ask(request("a"))).pipe(
            Effect.provideService(FileSystem.FileSystem, FileSystem.make({ ...fs, readFile }))
          )
          expect(yield* said(file)).toEqual(["other", "own"])
        })
      )
    )

    it.effect("take turns on a disk that knows no links, too", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const refused = PlatformError.systemError({
            _tag: "PermissionDenied",
            module: "FileSystem",
            method: "link",
            description: "the disk knows no links"
          })
          const linkless = FileSystem.make({ ...fs, link: () => Effect.fail(refused) })
          const asks = Effect.replicateEffect(ask(request("a")), 3, { concurrency: 3 })
          let count = 0
          const record = () => recording(Cassette.layerRecord, file, () => `reply ${++count}`, asks)
          const twice = Effect.andThen(Effect.suspend(record), Effect.suspend(record))
          expect(yield* warnings(Effect.provideService(twice, FileSystem.FileSystem, linkless))).toEqual([])
          expect(yield* said(file)).toEqual(["reply 4", "reply 5", "reply 6"])
          expect((yield* filesOf(file)).length).toBe(3)
        })
      )
    )

    it.effect("leave nothing under a name whose reply could not be moved there", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const refused = (method: string) =>
            Effect.fail(PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method }))
          const broken = FileSystem.make({ ...fs, link: () => refused("link"), rename: () => refused("rename") })
          const asks = recording(Cassette.layerAuto, file, [{ reply: "…" }], ask(request("a")))
          const lines = yield* warnings(Effect.provideService(asks, FileSystem.FileSystem, broken))
          expect(lines).toEqual([expect.stringContaining("not recorded yet")])
          expect(yield* filesOf(file)).toEqual([])
        })
      )
    )

    it.effect("in one process keep each other's, whatever they call the folder", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const clientOf = (file: string, reply: string) =>
            Effect.map(
              Layer.build(Layer.provide(Cassette.layerRecord({ file }), MockLlm.layer([{ reply }]))),
              Context.get(LlmClient)
            )
          const both = Effect.gen(function* () {
            const one = yield* clientOf(file, "one")
            const other = yield* clientOf(file.replace("/runs/", "/runs/../runs/"), "other")
            yield* Effect.all(
              [one, other, one, other].map((client) => client.generate(request("a"))),
              {
                concurrency: "unbounded"
              }
            )
          })
          expect(yield* warnings(Effect.scoped(both))).toEqual([])
          expect(yield* said(file)).toEqual(["one", "one", "other", "other"])
        })
      )
    )
  })
})
