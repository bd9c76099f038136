import { NodeServices } from "@effect/platform-node"
import { assert } from "@effect/vitest"
import { Effect, FileSystem, Layer, Logger } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import { LlmRequest } from "@stepwright/core/LlmRequest"
import { Cassette, MockLlm } from "@stepwright/llm"

export const ask = (request: LlmRequest) => Effect.flatMap(LlmClient, (client) => client.generate(request))
export const text = (request: LlmRequest) => Effect.map(ask(request), (reply) => reply.text)

/** A test with an empty folder, given the path of a cassette in it. */
export const withFile = <A, E>(
  test: (file: string) => Effect.Effect<A, E, FileSystem.FileSystem | NodeServices.NodeServices>
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* Effect.acquireRelease(fs.makeTempDirectory(), (directory) =>
      Effect.orDie(fs.remove(directory, { recursive: true }))
    )
    return yield* test(`${directory}/runs/cassette`)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

/** The names of a cassette's files, those too that are no replies. */
export const filesOf = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.map(fs.readDirectory(file), (names) => names.toSorted()))

/** The texts of a cassette's files, one after another. */
export const read = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const texts = yield* Effect.forEach(yield* filesOf(file), (name) => fs.readFileString(`${file}/${name}`))
    return texts.join("")
  })

/** Changes the text of the only file of a cassette. */
export const edit = (file: string, change: (text: string) => string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const [name, ...others] = yield* filesOf(file)
    assert(name !== undefined && others.length === 0)
    yield* fs.writeFileString(`${file}/${name}`, change(yield* fs.readFileString(`${file}/${name}`)))
    return `${file}/${name}`
  })

/** Runs a program against a model that is recorded. */
export const recording = <A, E>(
  layer: typeof Cassette.layerAuto,
  file: string,
  script: MockLlm.Script,
  program: Effect.Effect<A, E, LlmClient | MockLlm.Calls | Cassette.Cassette | FileSystem.FileSystem>
) => Effect.provide(program, Layer.provideMerge(layer({ file }), MockLlm.layer(script)))

export const replaying = <A, E>(file: string, program: Effect.Effect<A, E, LlmClient | Cassette.Cassette>) =>
  Effect.provide(program, Cassette.layerReplay({ file }))

/** Why a replay has no reply. */
export const miss = (file: string, asked: LlmRequest) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(replaying(file, ask(asked)))
    assert(error._tag === "LlmError")
    return error.reason
  })

/** What an effect warns of. */
export const warnings = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && lines.push(String(message))))
    yield* Effect.provide(effect, Logger.layer([logger]))
    return lines
  })

/** The lines of a text that another one has not. */
export const more = (text: string, than: string) => {
  const others = than.split("\n")
  return text.split("\n").filter((line) => !others.includes(line))
}

/** Waits until a model was asked so often: what is recorded is looked for on the disk first. */
export const asked = (times: number) =>
  Effect.repeat(Effect.andThen(Effect.yieldNow, count), { until: (count) => count >= times })

export const count = Effect.map(MockLlm.calls, (requests) => requests.length)
