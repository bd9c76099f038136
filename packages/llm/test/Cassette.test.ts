import { spawn } from "node:child_process"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, expect, it } from "@effect/vitest"
import {
  ConfigProvider,
  Context,
  Deferred,
  Effect,
  Exit,
  Fiber,
  FileSystem,
  Layer,
  Logger,
  Schema,
  Scope,
  Stream
} from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import { RateLimited } from "@stepwright/core/LlmError"
import { LlmRequest } from "@stepwright/core/LlmRequest"
import { Cassette, LlmRegistry, MockLlm, OpenAiLlm, Redact } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { completion, fault } from "./support/openAiWire.ts"
import { send, serve } from "./support/server.ts"
import { sse } from "./support/wire.ts"

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
  program: Effect.Effect<A, E, LlmClient | MockLlm.Calls | Cassette.Cassette | FileSystem.FileSystem>
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

/** What an effect warns of. */
const warnings = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && lines.push(String(message))))
    yield* Effect.provide(effect, Logger.layer([logger]))
    return lines
  })

/** The lines of a text that another one has not. */
const more = (text: string, than: string) => {
  const others = than.split("\n")
  return text.split("\n").filter((line) => !others.includes(line))
}

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

    it.effect("tells line, key and reason of all that a hand has broken", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* recording(
            Cassette.layerRecord,
            file,
            [{ reply: "…" }],
            Effect.all([ask(request("a")), ask(request("b"))])
          )
          const lines = (yield* read(file)).split("\n")
          const broken = lines
            .map((line, index) => (index < 35 ? line : line.replace('"turn": 1', '"turn": "one"')))
            .map((line) => line.replace('"finishReason": "stop"', '"finishReason": "end"'))
            .map((line) => line.replace('"parameters": {}', '"parameters": { "temprature": 1 }'))
          yield* fs.writeFileString(file, broken.join("\n"))
          const error = yield* Effect.flip(replaying(file, Effect.void))
          assert(error._tag === "CassetteError")
          const at = (text: string, from = 0) =>
            broken.findIndex((line, index) => index >= from && line.includes(text)) + 1
          const second = at('"path": "b"')
          const finish = 'Expected "stop" | "length" | "content-filter" | "tool-calls" | "other"'
          expect(error.message.split("\n")).toEqual([
            `cassette ${file}: at entries.0.request.parameters.temprature: Expected no excess property (${file}:${at("temprature")}:39);`,
            `  at entries.0.reply.finishReason: ${finish} (${file}:${at('"end"')}:25);`,
            `  at entries.1.turn: Expected number (${file}:${at('"one"')}:15);`,
            `  at entries.1.request.parameters.temprature: Expected no excess property (${file}:${at("temprature", second)}:39);`,
            `  at entries.1.reply.finishReason: ${finish} (${file}:${at('"end"', second)}:25)`
          ])
        })
      )
    )

    it.effect("refuses two entries for one request, which a merge leaves, and tells the line of the second", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("a")))
          const [entry] = JSON.parse(yield* read(file)).entries
          const merged = {
            version: 1,
            entries: [entry, { ...entry, path: "b", reply: { ...entry.reply, text: ["other"] } }]
          }
          const text = JSON.stringify(merged, null, 2)
          yield* fs.writeFileString(file, text)
          const error = yield* Effect.flip(replaying(file, Effect.void))
          const line = text.split("\n").findIndex((line) => line.includes('"path": "b"'))
          expect(error.message).toBe(
            `cassette ${file}: at entries.1: the same request as entries.0: keep one of them (${file}:${line}:5)`
          )
        })
      )
    )
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

    it.live("keeps every secret around a call out of every byte that it writes", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const secret = "sk-sentinel-0123456789abcdef"
          const headers = { "set-cookie": `sentinel=${secret}`, "x-request-id": "sentinel-id", authorization: secret }
          const said = { ...completion(), id: "sentinel-id", system_fingerprint: "sentinel", service_tier: secret }
          const quoting = {
            error: { message: `wrong key: ${secret}, sentinel`, code: "invalid_api_key", param: secret }
          }
          const { url, received } = yield* serve((response, count) =>
            [
              send(200, said, headers),
              send(401, quoting, { ...headers, "www-authenticate": `Bearer ${secret}` }),
              fault(500, "sentinel", headers),
              send(200, "<html>sentinel</html>", { ...headers, "content-type": "text/html" }),
              sse([JSON.stringify({ choices: [{ delta: { content: "half" } }] }), JSON.stringify(quoting)]),
              send(200, { ...completion({ content: `The key is ${secret}.` }), model: "sentinel" }, headers),
              send(200, said, headers)
            ][count]?.(response, count)
          )
          const host = url.replace("http://", "http://sentinel-user:sentinel-password@")
          const provider = (base: string) =>
            OpenAiLlm.layerConfig().pipe(
              Layer.provide(
                ConfigProvider.layer(
                  ConfigProvider.fromUnknown({
                    OPENAI_API_KEY: secret,
                    OPENAI_BASE_URL: base,
                    OPENAI_MODEL: "sentinel"
                  })
                )
              )
            )
          const through = (base: string) => Layer.provide(Cassette.layerAuto({ file }), provider(base))
          const stream = Effect.flatMap(LlmClient, (client) => Stream.runDrain(client.stream(request("e"))))
          const lines = yield* warnings(
            Effect.gen(function* () {
              yield* ask(request("a"))
              for (const step of ["b", "c", "d"]) yield* Effect.flip(ask(request(step)))
              yield* Effect.flip(stream)
              yield* ask(request("f"))
              yield* ask(request("g"))
              yield* Effect.flip(Effect.provide(ask(request("h")), through(host)))
            }).pipe(Effect.provide(through(url)))
          )
          expect(received.map(({ headers }) => headers.authorization)).toEqual(Array(7).fill(`Bearer ${secret}`))
          expect(lines).toMatchObject([
            expect.stringContaining('the reply of step "f" at f, turn 1 has what looks like a secret')
          ])

          const folder = file.slice(0, file.lastIndexOf("/"))
          const names = yield* fs.readDirectory(folder, { recursive: true })
          expect(names).toEqual(["cassette.json"])
          const bytes = yield* fs.readFile(file)
          const content = Buffer.from(bytes).toString("latin1")
          expect(JSON.parse(yield* read(file)).entries.map(({ step }: { step: string }) => step)).toEqual(["a", "g"])
          for (const text of ["sentinel", "Bearer", "127.0.0.1", "half", secret]) {
            expect(content).not.toContain(text)
            expect(content).not.toContain(Buffer.from(text).toString("base64").replaceAll("=", ""))
            expect(lines.join()).not.toContain(text)
          }
        }).pipe(Effect.scoped)
      )
    )

    it.effect("records no call that has what looks like a secret, and says so; under Redact it does", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const secret = `ghp_${"x1".repeat(20)}`
          const asked = request("a", `Use ${secret} to log in.`)
          const twice = Effect.andThen(ask(asked), text(asked))
          const lines = yield* warnings(recording(Cassette.layerAuto, file, [{ reply: "…" }], twice))
          expect(lines).toEqual([expect.stringContaining("put Redact.layer around"), expect.anything()])
          expect(lines.join() + (yield* read(file))).not.toContain(secret)

          const redacted = Layer.provide(
            Redact.layer(),
            Layer.provide(Cassette.layerAuto({ file }), MockLlm.layer([{ reply: "…" }]))
          )
          expect(yield* warnings(Effect.provide(twice, redacted))).toEqual([])
          expect(yield* read(file)).toContain("Use __SECRET_1__ to log in.")
          expect(yield* read(file)).not.toContain(secret)
        })
      )
    )

    it.effect("finds a secret at the beginning of a line, in a reply, and in the name of a step", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const key = "sk-abcdefghijklmnopqrstuvwxyz0123"
          const script = (asked: LlmRequest) => (asked.metadata.step === "reply" ? `Here:\n\t${key}` : "…")
          const asks = Effect.gen(function* () {
            yield* ask(request("line", `env:\n${key}`))
            yield* ask(request("tab", `env:\t${key}`))
            yield* ask(request("reply"))
            yield* ask(request(key))
          })
          const lines = yield* warnings(recording(Cassette.layerAuto, file, script, asks))
          expect(lines.length).toBe(4)
          expect(lines.join() + (yield* read(file))).not.toContain(key)
          expect(JSON.parse(yield* read(file)).entries).toEqual([])
        })
      )
    )

    it.effect("finds a secret by the key that it has, in a message, a schema and the parameters", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const pair = { password: "hunter2" }
          const format = { type: "json", name: "login", schema: { default: pair } } as const
          const asks = Effect.gen(function* () {
            yield* ask(request("message", JSON.stringify(pair)))
            yield* ask(request("schema", undefined, { format }))
            yield* ask(request("parameters", undefined, { parameters: { stop: ["hunter2"] } }))
          })
          const secrets = [/"password":\s*"[^"]+"/u, /"stop":\s*\["hunter/u]
          const layer = Layer.provide(Cassette.layerAuto({ file, secrets }), MockLlm.layer([{ reply: "…" }]))
          expect((yield* warnings(Effect.provide(asks, layer))).length).toBe(3)
          expect(yield* read(file)).not.toContain("hunter2")
        })
      )
    )

    it.effect("takes the caller's word for what a secret is", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const layer = (secrets: ReadonlyArray<RegExp>) =>
            Layer.provide(Cassette.layerAuto({ file, secrets }), MockLlm.layer([{ reply: "hunter2, ok" }]))
          const asks = Effect.andThen(ask(request("a")), ask(request("b")))
          expect((yield* warnings(Effect.provide(asks, layer([/hunter\d/gu])))).length).toBe(2)
          expect(yield* read(file)).not.toContain("hunter2")
          expect(yield* warnings(Effect.provide(asks, layer([])))).toEqual([])
          expect(yield* read(file)).toContain("hunter2")
        })
      )
    )

    it.live(
      "loses no reply that a caller has seen, and leaves no half one, when it is killed",
      () =>
        withFile((file) =>
          Effect.gen(function* () {
            const url = (specifier: string) => JSON.stringify(import.meta.resolve(specifier))
            const program = `
            import { Effect, Layer } from ${url("effect")}
            import { NodeServices } from ${url("@effect/platform-node")}
            import { LlmClient } from ${url("@stepwright/core/LlmClient")}
            import * as Cassette from ${url("@stepwright/llm/Cassette")}
            import * as MockLlm from ${url("@stepwright/llm/MockLlm")}
            const ask = (step) => Effect.flatMap(LlmClient, (client) => client.generate({
              model: "default", messages: [{ role: "user", content: "Please do " + step + "." }], format: { type: "text" },
              parameters: {}, metadata: { run: "run-1", path: step, step, turn: 1 }
            }))
            const each = (i) => Effect.tap(ask("step-" + i), () => Effect.sync(() => process.stdout.write(i + "\\n")))
            const model = MockLlm.layer((request) => request.metadata.step + " said\\n".repeat(4000))
            await Effect.runPromise(Effect.forEach(Array.from({ length: 500 }, (_, i) => i), each, { concurrency: 3 }).pipe(
              Effect.provide(Layer.provide(Cassette.layerAuto({ file: ${JSON.stringify(file)} }), model)),
              Effect.provide(NodeServices.layer)))`
            let known = 0
            for (const enough of [1, 12, 23]) {
              const child = spawn(process.execPath, ["--input-type=module", "-e", program])
              let told = ""
              yield* Effect.promise(
                () =>
                  new Promise((resolve) => {
                    child.on("close", resolve)
                    child.stdout.on("data", (data) => {
                      told += data
                      if (told.split("\n").length > enough) child.kill("SIGKILL")
                    })
                  })
              )
              expect(child.signalCode).toBe("SIGKILL")
              const seen = told.split("\n").slice(0, -1)
              expect(seen.length).toBeGreaterThanOrEqual(enough)
              for (const i of seen) {
                expect(yield* replaying(file, text(request(`step-${i}`)))).toBe(`step-${i}${" said\n".repeat(4000)}`)
              }
              const { entries } = JSON.parse(yield* read(file))
              expect(entries.length).toBeGreaterThanOrEqual(Math.max(known, seen.length))
              known = entries.length
              for (const { reply } of entries) expect(reply.text.length).toBe(4001)
            }
            yield* recording(Cassette.layerAuto, file, [], Effect.void)
            const fs = yield* FileSystem.FileSystem
            expect(yield* fs.readDirectory(file.slice(0, file.lastIndexOf("/")))).toEqual(["cassette.json"])
          })
        ),
      30_000
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

    it.effect("writes once for all that waits to be written", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          let writes = 0
          const counting = FileSystem.make({
            ...fs,
            rename: (from, to) =>
              Effect.andThen(
                Effect.sync(() => void writes++),
                fs.rename(from, to)
              )
          })
          const asks = Effect.forEach(
            Array.from({ length: 50 }, (_, n) => `step-${n}`),
            (step) =>
              Effect.gen(function* () {
                yield* ask(request(step))
                expect(yield* read(file)).toContain(`"${step}"`)
              }),
            { concurrency: "unbounded" }
          )
          yield* Effect.provideService(
            recording(Cassette.layerAuto, file, [{ reply: "…" }], asks),
            FileSystem.FileSystem,
            counting
          )
          expect(writes).toBeLessThan(10)
        })
      )
    )

    it.effect("keeps a link to the file, and the file's mode", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const link = `${file}.link`
          yield* recording(Cassette.layerAuto, file, [{ reply: "…" }], ask(request("a")))
          yield* fs.chmod(file, 0o600)
          yield* fs.symlink("cassette.json", link)
          yield* recording(Cassette.layerAuto, link, [{ reply: "linked" }], ask(request("b")))
          expect(yield* fs.readLink(link)).toBe("cassette.json")
          expect(yield* replaying(file, text(request("b")))).toBe("linked")
          expect((yield* fs.stat(file)).mode & 0o777).toBe(0o600)
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
    it.effect("has the models of the client below, so that no run starts that names another", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const registry = LlmRegistry.layer({ fast: MockLlm.layer(() => "quick") })
          const cassette = Layer.provide(Cassette.layerAuto({ file }), registry)
          expect((yield* Effect.provide(LlmClient, cassette)).models).toEqual(["fast"])
          expect((yield* Effect.provide(LlmClient, Cassette.layerReplay({ file }))).models).toBeUndefined()
        })
      )
    )

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

  describe("layers over one file", () => {
    const clientOf = (file: string, reply: string) =>
      Effect.map(
        Layer.build(Layer.provide(Cassette.layerAuto({ file }), MockLlm.layer([{ reply }]))),
        Context.get(LlmClient)
      )

    it.effect("that are open at the same time keep each other's replies, whatever they call the file", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const names = [...Array(10).keys()].map((n) => `step-${n}`)
          const both = Effect.gen(function* () {
            const one = yield* clientOf(file, "one")
            const other = yield* clientOf(file.replace("/runs/", "/runs/../runs/"), "other")
            yield* Effect.forEach(
              names,
              (name) =>
                Effect.all([one.generate(request(name)), other.generate(request(`${name}-too`))], { concurrency: 2 }),
              { concurrency: 3 }
            )
            expect((yield* other.generate(request("step-1"))).text).toBe("one")
          })
          expect(yield* warnings(Effect.scoped(both))).toEqual([])
          for (const name of names) {
            expect(yield* replaying(file, text(request(name)))).toBe("one")
            expect(yield* replaying(file, text(request(`${name}-too`)))).toBe("other")
          }
        })
      )
    )

    it.effect("read the file anew once all of them are closed, and not before", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const scope = yield* Scope.make()
          const one = yield* Scope.provide(clientOf(file, "one"), scope)
          yield* Effect.scoped(clientOf(file, "other"))
          yield* one.generate(request("a"))
          expect(yield* replaying(file, text(request("a")))).toBe("one")
          yield* Scope.close(scope, Exit.void)
          yield* fs.writeFileString(file, (yield* read(file)).replace('"one"', '"edited"'))
          expect(yield* replaying(file, text(request("a")))).toBe("edited")
        })
      )
    )

    it.effect("count what either was asked for as used", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(
            Cassette.layerAuto,
            file,
            [{ reply: "…" }],
            Effect.all([ask(request("a")), ask(request("b"))])
          )
          const both = Effect.gen(function* () {
            const one = yield* clientOf(file, "one")
            yield* one.generate(request("a"))
            const program = Effect.andThen(ask(request("c")), Cassette.prune)
            return yield* recording(Cassette.layerAuto, file, [{ reply: "…" }], program)
          })
          expect(yield* Effect.scoped(both)).toEqual([{ path: "b", step: "b", turn: 1 }])
        })
      )
    )
  })

  describe("layerAuto, after a prompt has changed", () => {
    const prompt = (last: string) => request("b", `You write.\n${last}\nEnd.`)
    const before = Effect.all([ask(request("a")), ask(prompt("Be brief.")), ask(request("c"))])
    const after = Effect.all([text(request("a")), text(prompt("Be quick.")), text(request("c"))])

    it.effect("asks for what has changed only, and warns of the entry that is out of date, which it keeps", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerAuto, file, [{ reply: "old" }], before)
          const asked = Effect.gen(function* () {
            expect(yield* after).toEqual(["old", "new", "old"])
            expect(yield* count).toBe(1)
            expect(yield* Cassette.unused).toEqual([{ path: "b", step: "b", turn: 1 }])
          })
          const lines = yield* warnings(recording(Cassette.layerAuto, file, [{ reply: "new" }], asked))
          expect(lines).toEqual([
            `cassette ${file}: nothing asked for 1 of its entries, and others were recorded: step "b" at b, turn 1; ` +
              "remove them with Cassette.prune if they are out of date"
          ])
          expect(yield* replaying(file, text(prompt("Be brief.")))).toBe("old")
        })
      )
    )

    it.effect("warns of nothing when nothing was recorded", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerAuto, file, [{ reply: "old" }], before)
          expect(yield* warnings(recording(Cassette.layerAuto, file, [], ask(request("a"))))).toEqual([])
        })
      )
    )

    it.effect("names ten entries at most, and says how many there are", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const asks = Array.from({ length: 12 }, (_, index) => ask(request(`old-${index}`)))
          yield* recording(Cassette.layerAuto, file, [{ reply: "…" }], Effect.all(asks))
          const [line = ""] = yield* warnings(recording(Cassette.layerAuto, file, [{ reply: "…" }], ask(request("a"))))
          expect(line).toContain("nothing asked for 12 of its entries")
          expect([line.split('step "old-').length - 1, line.includes("; …; remove")]).toEqual([10, true])
        })
      )
    )

    it.effect("leaves a diff of the lines that have changed, once it is pruned", () =>
      withFile((file) =>
        Effect.gen(function* () {
          yield* recording(Cassette.layerAuto, file, [{ reply: "one\nold\nthree" }], before)
          const old = yield* read(file)
          const pruned = Effect.andThen(after, Cassette.prune)
          const lines = yield* warnings(recording(Cassette.layerAuto, file, [{ reply: "one\nnew\nthree" }], pruned))
          expect(lines).toEqual([])
          expect(more(old, yield* read(file)).map((line) => line.trim())).toEqual(['"Be brief.",'])
          expect(more(yield* read(file), old).map((line) => line.trim())).toEqual(['"Be quick.",', '"new",'])
        })
      )
    )
  })

  describe("layerAuto, asked the same at the same time", () => {
    /** A model that answers once it is told to, and how often it was asked. */
    const slow = Effect.gen(function* () {
      const gate = yield* Deferred.make<MockLlm.Reply>()
      return { gate, script: () => Deferred.await(gate) }
    })
    const started = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

    it.effect("asks once, and gives the reply to all", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const { gate, script } = yield* slow
          const program = Effect.gen(function* () {
            const all = yield* started(Effect.replicateEffect(text(request("a")), 5, { concurrency: "unbounded" }))
            const other = yield* started(text(request("b")))
            expect(yield* count).toBe(2)
            yield* Deferred.succeed(gate, "pong")
            expect(yield* Fiber.join(all)).toEqual(Array(5).fill("pong"))
            expect(yield* Fiber.join(other)).toBe("pong")
            expect(yield* count).toBe(2)
          })
          yield* recording(Cassette.layerAuto, file, script, program)
        })
      )
    )

    it.effect("shares a failure, and asks again after it", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const { gate, script } = yield* slow
          const program = Effect.gen(function* () {
            const failing = Effect.map(Effect.flip(ask(request("a"))), ({ message }) => message)
            const both = yield* started(Effect.replicateEffect(failing, 2, { concurrency: 2 }))
            yield* Deferred.succeed(gate, new RateLimited({ detail: "slow" }))
            expect(yield* Fiber.join(both)).toEqual(["rate limited: slow", "rate limited: slow"])
            expect(yield* count).toBe(1)
            yield* failing
            expect(yield* count).toBe(2)
          })
          yield* recording(Cassette.layerAuto, file, script, program)
        })
      )
    )

    it.effect("goes on with the next when the first is interrupted, and lets one that waits be interrupted", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const { gate, script } = yield* slow
          const program = Effect.gen(function* () {
            const [first, second, third] = yield* Effect.all([1, 2, 3].map(() => started(text(request("a")))))
            assert(first && second && third)
            yield* Fiber.interrupt(second)
            expect(yield* count).toBe(1)
            yield* Fiber.interrupt(first)
            yield* Effect.yieldNow
            expect(yield* count).toBe(2)
            yield* Deferred.succeed(gate, "pong")
            expect(yield* Fiber.join(third)).toBe("pong")
          })
          yield* recording(Cassette.layerAuto, file, script, program)
        })
      )
    )

    it.effect("asks by itself for one that a step asks anew", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const { gate, script } = yield* slow
          const program = Effect.gen(function* () {
            const anew = request("a", undefined, {}, { fresh: true })
            const both = yield* started(Effect.all([text(request("a")), text(anew)], { concurrency: 2 }))
            expect(yield* count).toBe(2)
            yield* Deferred.succeed(gate, "pong")
            yield* Fiber.join(both)
          })
          yield* recording(Cassette.layerAuto, file, script, program)
        })
      )
    )
  })

  describe("streams", () => {
    const parts = Effect.flatMap(LlmClient, (client) => Stream.runCollect(client.stream(request("a"))))
    const deltas = Effect.map(parts, (all) => all.flatMap((part) => (part._tag === "Delta" ? [part.text] : [])))
    const pong = [{ reply: MockLlm.chunks(["po", "ng"]) }]

    for (const layer of [Cassette.layerAuto, Cassette.layerRecord]) {
      it.effect(
        `pass while ${layer === Cassette.layerAuto ? "auto" : "record"} records, and are replayed in one piece`,
        () =>
          withFile((file) =>
            Effect.gen(function* () {
              expect(yield* recording(layer, file, pong, deltas)).toEqual(["po", "ng"])
              expect(yield* replaying(file, deltas)).toEqual(["pong"])
              expect(yield* replaying(file, text(request("a")))).toBe("pong")
              expect(yield* recording(Cassette.layerAuto, file, [], deltas)).toEqual(["pong"])
            })
          )
      )
    }

    it.effect("are recorded before their end is seen", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const seen = Effect.flatMap(LlmClient, (client) =>
            Stream.runForEach(client.stream(request("a")), (part) =>
              Effect.gen(function* () {
                const content = yield* read(file)
                expect(content.includes("pong")).toBe(part._tag === "Finished")
              })
            )
          )
          yield* recording(Cassette.layerAuto, file, pong, seen)
        })
      )
    )

    it.effect("leave nothing when they fail, or are left, on the way; the next call asks again", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const script = [
            {
              reply: [
                MockLlm.chunks(["half", MockLlm.fault("socket killed in the stream")]),
                MockLlm.chunks(["half", "way"])
              ]
            },
            ...pong
          ]
          const program = Effect.gen(function* () {
            const empty = yield* read(file)
            expect((yield* Effect.flip(parts)).reason._tag).toBe("NetworkFailure")
            const client = yield* LlmClient
            yield* Stream.runDrain(Stream.take(client.stream(request("a")), 1))
            expect(yield* read(file)).toBe(empty)
            expect(yield* deltas).toEqual(["po", "ng"])
          })
          yield* recording(Cassette.layerAuto, file, script, program)
          expect(yield* read(file)).not.toContain("half")
        })
      )
    )

    it.effect("get the whole of a call that is ahead of them", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const gate = yield* Deferred.make<MockLlm.Reply>()
          const program = Effect.gen(function* () {
            const all = yield* Effect.forkChild(Effect.all([text(request("a")), deltas, deltas], { concurrency: 3 }), {
              startImmediately: true
            })
            yield* Deferred.succeed(gate, MockLlm.chunks(["po", "ng"]))
            expect(yield* Fiber.join(all)).toEqual(["pong", ["pong"], ["pong"]])
            expect(yield* count).toBe(1)
          })
          yield* recording(Cassette.layerAuto, file, () => Deferred.await(gate), program)
        })
      )
    )

    it.live("that are equal and read in step do not wait for each other", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const inStep = Effect.gen(function* () {
            const { stream } = yield* LlmClient
            const both = Stream.zip(stream(request("a")), stream(request("a")))
            expect((yield* Stream.runCollect(both)).length).toBe(3)
            const call = Stream.mapEffect(stream(request("b")), () => text(request("b")))
            expect(yield* Stream.runCollect(call)).toEqual(["pong", "pong", "pong"])
          })
          yield* recording(Cassette.layerAuto, file, () => MockLlm.chunks(["po", "ng"]), inStep)
          expect(JSON.parse(yield* read(file)).entries.length).toBe(2)
        }).pipe(Effect.timeout("2 seconds"))
      )
    )
  })

  describe("prune", () => {
    it.effect("removes what nothing has asked for, tells what that was, and nothing else does", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const asks = Effect.all([ask(request("a")), ask(request("b"))])
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], asks)
          yield* replaying(file, ask(request("a")))
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("a")))
          expect(yield* replaying(file, text(request("b")))).toBe("…")
          const pruned = Effect.all([ask(request("a")), Cassette.prune, Cassette.unused])
          const [, gone, left] = yield* replaying(file, pruned)
          expect([gone, left]).toEqual([[{ path: "b", step: "b", turn: 1 }], []])
          expect((yield* miss(file, request("b")))._tag).toBe("NoRecordedReply")
          expect(yield* replaying(file, text(request("a")))).toBe("…")
        })
      )
    )

    it.effect("keeps all when it cannot write", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const folder = file.slice(0, file.lastIndexOf("/"))
          yield* recording(Cassette.layerRecord, file, [{ reply: "…" }], ask(request("a")))
          const program = Effect.gen(function* () {
            yield* fs.remove(folder, { recursive: true })
            expect((yield* Effect.flip(Cassette.prune))._tag).toBe("CassetteError")
            expect(yield* Cassette.unused).toEqual([{ path: "a", step: "a", turn: 1 }])
          })
          yield* replaying(file, program)
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
