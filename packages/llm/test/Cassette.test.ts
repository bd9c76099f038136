import { NodeServices } from "@effect/platform-node"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Layer, Redacted, Schema } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import { RateLimited } from "@stepwright/core/LlmError"
import { LlmRequest } from "@stepwright/core/LlmRequest"
import { Cassette, MockLlm, OpenAiLlm } from "@stepwright/llm"
import { request } from "./request.ts"
import { completion } from "./openAiWire.ts"
import { send, serve } from "./server.ts"

const ask = (request: LlmRequest) => Effect.flatMap(LlmClient, (client) => client.generate(request))
const text = (request: LlmRequest) => Effect.map(ask(request), (reply) => reply.text)

/** A test with an empty folder, given the name of a file in it. */
const withFile = <A, E>(
  test: (file: string) => Effect.Effect<A, E, FileSystem.FileSystem | NodeServices.NodeServices>
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* Effect.acquireRelease(fs.makeTempDirectory(), (directory) =>
      Effect.orDie(fs.remove(directory, { recursive: true }))
    )
    return yield* test(`${directory}/runs/cassette.json`)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

const read = (file: string) => Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file))

/** Runs a program against a model that is recorded. */
const recording = <A, E>(
  layer: typeof Cassette.layerAuto,
  file: string,
  script: MockLlm.Script,
  program: Effect.Effect<A, E, LlmClient | MockLlm.Calls | Cassette.Cassette>
) => Effect.provide(program, Layer.provideMerge(layer({ file }), MockLlm.layer(script)))

const replaying = <A, E>(file: string, program: Effect.Effect<A, E, LlmClient | Cassette.Cassette>) =>
  Effect.provide(program, Cassette.layerReplay({ file }))

/** Why a replay has no reply. */
const miss = (file: string, asked: LlmRequest) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(replaying(file, ask(asked)))
    assert(error._tag === "LlmError")
    return error.reason
  })

const count = Effect.map(MockLlm.calls, (requests) => requests.length)

describe("Cassette", () => {
  describe("layerReplay", () => {
    it.effect("gives a recorded reply, as often as it is asked, whatever the metadata", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const reply = MockLlm.reply({
            text: "line 1\r\nline 2\n",
            finishReason: "length",
            model: "m-1",
            id: "response-1",
            usage: { input: 3, cachedInput: 0 }
          })
          yield* recording(Cassette.layerRecord, file, [{ reply }], ask(request("draft")))
          const elsewhere = request("draft", undefined, {}, { run: "run-2", path: "other/draft", turn: 5 })
          for (const asked of [request("draft"), elsewhere, elsewhere]) {
            expect(yield* replaying(file, ask(asked))).toEqual({
              text: "line 1\r\nline 2\n",
              finishReason: "length",
              model: "m-1",
              usage: { input: 3, cachedInput: 0 }
            })
          }
        })
      )
    )

    it.effect.prop(
      "gives back any text for any request",
      { asked: LlmRequest, text: Schema.String },
      ({ asked, text: said }) =>
        withFile((file) =>
          Effect.gen(function* () {
            yield* recording(Cassette.layerRecord, file, () => MockLlm.reply({ text: said }), ask(asked))
            expect(yield* replaying(file, text(asked))).toBe(said)
          })
        ),
      { arbitrary: { runs: 30 } }
    )

    const changes: ReadonlyArray<[what: string, fields: Partial<Omit<LlmRequest, "metadata">>]> = [
      ["model", { model: "fast" }],
      ["parameters", { parameters: { temperature: 1 } }],
      ["format", { format: { type: "json", name: "x", schema: {} } }],
      ["a role", { messages: [{ role: "system", content: "Please do draft." }] }],
      ["the text", { messages: [{ role: "user", content: "Please do  draft." }] }]
    ]
    for (const [what, fields] of changes) {
      it.effect(`misses when ${what} is another`, () =>
        withFile((file) =>
          Effect.gen(function* () {
            yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("draft")))
            const reason = yield* miss(file, request("draft", undefined, fields))
            expect(reason._tag).toBe("NoRecordedReply")
          })
        )
      )
    }

    it.effect("shows the nearest entry and the difference on a miss", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const prompt = (lines: ReadonlyArray<string>) => ["You write.", "", ...lines, "", "End."].join("\n")
          const program = Effect.all([
            ask(request("outline", prompt(["Outline it."]))),
            ask(request("draft", prompt(["Write it.", "Be brief."]), {}, { path: "article/draft" }))
          ])
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], program)
          const asked = request("draft", prompt(["Write it.", "Be terse.", "Be kind."]), {}, { path: "article/draft" })
          const reason = yield* miss(file, asked)
          expect(reason.detail.split("\n")).toEqual([
            `cassette ${file} has none for step "draft" at article/draft, turn 1`,
            '  the nearest is for step "draft" at article/draft, turn 1; - recorded, + asked',
            "    from message 1 (user), line 4:",
            "    - Be brief.",
            "    + Be terse.",
            "    + Be kind."
          ])
        })
      )
    )

    it.effect("keeps what it shows short, with the difference in it", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const long = (middle: string) =>
            `${"a".repeat(5000)}${middle}${"b".repeat(5000)}\n${`${middle}\n`.repeat(50)}end`
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("draft", long("old"))))
          const reason = yield* miss(file, request("draft", long("new")))
          expect(reason.detail).toMatch(/- …a+oldb+…/u)
          expect(reason.detail).toMatch(/\+ …a+newb+…/u)
          expect(reason.detail).toContain("more lines")
          expect(reason.detail.length).toBeLessThan(1000)
        })
      )
    )

    it.effect("says that it is empty", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerRecord, file, [], Effect.void)
          const reason = yield* miss(file, request("draft"))
          expect(reason.detail).toContain("it is empty")
        })
      )
    )

    const broken: ReadonlyArray<[what: string, content: string | undefined, detail: RegExp]> = [
      ["is missing", undefined, /no such file|NotFound/iu],
      ["is no JSON", '{ "version": 1,', /^it is no JSON: .*cassette.json:1:16\)$/u],
      ["has another version", '{ "version": 2, "entries": [] }', /^at version: Expected 1 \(.*cassette.json:1:14\)$/u],
      [
        "has a wrong entry",
        '{ "version": 1, "entries": [{ "path": "a", "step": "a", "turn": "first" }] }',
        /^at entries\.0\.turn: Expected number \(.*:1:65\);\n/u
      ]
    ]
    for (const [what, content, detail] of broken) {
      it.effect(`fails with file and position when the file ${what}`, () =>
        withFile((file) =>
          Effect.gen(function* () {
            const fs = yield* FileSystem.FileSystem
            yield* fs.makeDirectory(file.slice(0, file.lastIndexOf("/")))
            if (content !== undefined) yield* fs.writeFileString(file, content)
            const error = yield* Effect.flip(replaying(file, Effect.void))
            assert(error._tag === "CassetteError")
            expect(error.message).toContain(file)
            expect(error.detail).toMatch(detail)
          })
        )
      )
    }
  })

  describe("layerRecord", () => {
    it.effect("asks for everything anew and replaces it", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerRecord, file, [{ reply: "old" }], ask(request("draft")))
          expect(yield* recording(Cassette.layerRecord, file, [{ reply: "new" }], text(request("draft")))).toBe("new")
          expect(yield* replaying(file, text(request("draft")))).toBe("new")
        })
      )
    )

    it.effect("writes one line of text a line, in an order that does not depend on when it was asked", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const turn = (step: string, turn: number) => request(step, `${step}\n${turn}`, {}, { turn })
          const asks = [turn("b", 10), turn("b", 2), turn("a", 1)].map(ask)
          yield* recording(Cassette.layerRecord, file, () => "say\nit", Effect.all(asks))
          const content = yield* read(file)
          expect(content).toMatchSnapshot()
          yield* (yield* FileSystem.FileSystem).remove(file)
          yield* recording(Cassette.layerRecord, file, () => "say\nit", Effect.all(asks.toReversed()))
          expect(yield* read(file)).toBe(content)
        })
      )
    )

    it.effect("writes nothing for a failed or interrupted call", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerRecord, file, [], Effect.void)
          const empty = yield* read(file)
          const limited = new RateLimited({ detail: "slow" })
          yield* recording(Cassette.layerRecord, file, [{ reply: limited }], Effect.flip(ask(request("draft"))))
          const cut = Effect.gen(function* () {
            const fiber = yield* Effect.forkChild(ask(request("draft")), { startImmediately: true })
            yield* Fiber.interrupt(fiber)
          })
          yield* recording(Cassette.layerRecord, file, () => Effect.never, cut)
          expect(yield* read(file)).toBe(empty)
        })
      )
    )

    it.effect("is a whole file with every reply after many concurrent calls, and leaves nothing beside it", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const asked = Array.from({ length: 40 }, (_, index) => request(`step-${index}`))
          const all = Effect.forEach(asked, text, { concurrency: "unbounded" })
          const said = yield* recording(Cassette.layerRecord, file, (request) => `did ${request.metadata.step}`, all)
          expect(yield* replaying(file, all)).toEqual(said)
          const fs = yield* FileSystem.FileSystem
          expect(yield* fs.readDirectory(file.slice(0, file.lastIndexOf("/")))).toEqual(["cassette.json"])
        })
      )
    )

    it.live("keeps key, headers and host out of the file", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const { url } = yield* serve(send(200, completion(), { "x-request-id": "sentinel-header" }))
          const provider = OpenAiLlm.layer({ apiKey: Redacted.make("sentinel-key"), baseUrl: url, model: "model-1" })
          yield* Effect.provide(ask(request("draft")), Layer.provide(Cassette.layerRecord({ file }), provider))
          const content = yield* read(file)
          expect(content).toContain("pong")
          for (const secret of ["sentinel", "127.0.0.1", "chatcmpl-1"]) expect(content).not.toContain(secret)
        }).pipe(Effect.scoped)
      )
    )

    it.effect("keeps a reply that could not be written, and writes it with the next", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const folder = file.slice(0, file.lastIndexOf("/"))
          const both = Effect.gen(function* () {
            yield* fs.remove(folder, { recursive: true })
            expect(yield* text(request("a"))).toBe("…")
            yield* fs.makeDirectory(folder)
            yield* ask(request("b"))
          })
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], both)
          expect(yield* replaying(file, text(request("a")))).toBe("…")
        })
      )
    )

    it.effect("fails before any call when the folder cannot be written to", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* fs.writeFileString(file.slice(0, file.lastIndexOf("/")), "a file where the folder should be")
          const error = yield* Effect.flip(recording(Cassette.layerRecord, file, [], Effect.void))
          expect(error._tag).toBe("CassetteError")
        })
      )
    )
  })

  describe("layerAuto", () => {
    it.effect("asks anew what a step asks anew, and replaces the entry; a replay does not", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const anew = request("a", undefined, {}, { fresh: true })
          yield* recording(Cassette.layerAuto, file, [{ reply: "of no use" }], ask(request("a")))
          expect(yield* replaying(file, text(anew))).toBe("of no use")
          expect(yield* recording(Cassette.layerAuto, file, [{ reply: "better" }], text(anew))).toBe("better")
          expect(yield* replaying(file, text(request("a")))).toBe("better")
          expect(yield* read(file)).not.toContain("fresh")
        })
      )
    )

    it.effect("asks for what is missing only, and records it", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerAuto, file, [{ reply: "old" }], ask(request("a")))
          const both = Effect.all([text(request("a")), text(request("b")), text(request("b")), count])
          expect(yield* recording(Cassette.layerAuto, file, [{ reply: "new" }], both)).toEqual(["old", "new", "new", 1])
          expect(yield* replaying(file, text(request("b")))).toBe("new")
        })
      )
    )
  })

  describe("unused", () => {
    it.effect("lists the entries that nothing has asked for", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const asks = Effect.all([ask(request("a")), ask(request("b"))])
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], asks)
          const left = Effect.andThen(ask(request("a")), Cassette.unused)
          expect(yield* replaying(file, left)).toEqual([{ path: "b", step: "b", turn: 1 }])
          expect(yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], left)).toEqual([
            { path: "b", step: "b", turn: 1 }
          ])
        })
      )
    )
  })
})
