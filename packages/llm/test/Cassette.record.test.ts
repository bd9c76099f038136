import { spawn } from "node:child_process"
import { describe, expect, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, FileSystem, Layer, Stream } from "effect"
import { LlmClient } from "@stepwright/core/LlmClient"
import { RateLimited } from "@stepwright/core/LlmError"
import { LlmRequest } from "@stepwright/core/LlmRequest"
import { Cassette, MockLlm, OpenAiLlm, Redact } from "@stepwright/llm"
import { request } from "./support/request.ts"
import { completion, fault } from "./support/openAiWire.ts"
import { send, serve } from "./support/server.ts"
import { sse } from "./support/wire.ts"
import { ask, count, filesOf, text, withFile, read, recording, replaying, warnings } from "./support/cassette.ts"

describe("Cassette", () => {
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

    it.effect("writes one line of text a line, under names that do not depend on when it was asked", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const turn = (step: string, turn: number) => request(step, `${step}\n${turn}`, {}, { turn })
          const asks = [turn("b", 10), turn("b", 2), turn("a", 1)].map(ask)
          yield* recording(Cassette.layerRecord, file, () => "say\nit", Effect.all(asks))
          const names = yield* filesOf(file)
          const content = yield* read(file)
          expect({ names, content }).toMatchSnapshot()
          yield* (yield* FileSystem.FileSystem).remove(file, { recursive: true })
          yield* recording(Cassette.layerRecord, file, () => "say\nit", Effect.all(asks.toReversed()))
          expect(yield* filesOf(file)).toEqual(names)
          expect(yield* read(file)).toBe(content)
        })
      )
    )

    it.effect("writes nothing for a failed or interrupted call", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const limited = new RateLimited({ detail: "slow" })
          yield* recording(Cassette.layerRecord, file, [{ reply: limited }], Effect.flip(ask(request("draft"))))
          const cut = Effect.gen(function* () {
            const fiber = yield* Effect.forkChild(ask(request("draft")), { startImmediately: true })
            yield* Fiber.interrupt(fiber)
          })
          yield* recording(Cassette.layerRecord, file, () => Effect.never, cut)
          expect(yield* filesOf(file)).toEqual([])
        })
      )
    )

    it.effect("is a file for every reply after many concurrent calls, and leaves nothing beside them", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const asked = Array.from({ length: 40 }, (_, index) => request(`step-${index}`))
          const all = Effect.forEach(asked, text, { concurrency: "unbounded" })
          const said = yield* recording(Cassette.layerRecord, file, (request) => `did ${request.metadata.step}`, all)
          expect(yield* replaying(file, all)).toEqual(said)
          const names = yield* filesOf(file)
          const paths = names.map((name) => name.replace(/@[\da-f]{12}\.json$/u, ""))
          expect(paths.toSorted()).toEqual(asked.map(({ metadata }) => metadata.path).toSorted())
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

          const names = yield* filesOf(file)
          expect(names).toEqual([expect.stringMatching(/^a@/u), expect.stringMatching(/^g@/u)])
          const all = yield* Effect.forEach(names, (name) => fs.readFile(`${file}/${name}`))
          const content = Buffer.concat(all).toString("latin1")
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
          expect(yield* filesOf(file)).toEqual([])
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

    it.live("loses no reply that a caller has seen, and leaves no half one, when it is killed", () =>
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
            const entries = yield* Cassette.entries(file)
            expect(entries.length).toBeGreaterThanOrEqual(Math.max(known, seen.length))
            known = entries.length
            for (const { reply } of entries) expect(reply.text.split("\n").length).toBe(4001)
          }
        })
      )
    )

    it.effect("keeps a reply that could not be written, and writes it with the next", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          let isFull = true
          const filling = FileSystem.make({
            ...fs,
            link: (from, to) => (isFull ? fs.link(`${from}.gone`, to) : fs.link(from, to))
          })
          const both = Effect.gen(function* () {
            expect(yield* text(request("a"))).toBe("…")
            expect(yield* text(request("a"))).toBe("…")
            expect(yield* filesOf(file)).toEqual([])
            isFull = false
            yield* ask(request("b"))
            expect(yield* count).toBe(2)
            expect((yield* filesOf(file)).length).toBe(2)
          })
          const lines = yield* warnings(
            Effect.provideService(
              recording(Cassette.layerAuto, file, [{ reply: "…" }], both),
              FileSystem.FileSystem,
              filling
            )
          )
          expect(lines).toEqual([expect.stringContaining("not recorded yet")])
          expect(yield* replaying(file, text(request("a")))).toBe("…")
        })
      )
    )

    it.effect("keeps a link to the folder", () =>
      withFile((file) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const link = `${file}.link`
          yield* recording(Cassette.layerAuto, file, [{ reply: "…" }], ask(request("a")))
          yield* fs.symlink("cassette", link)
          yield* recording(Cassette.layerAuto, link, [{ reply: "linked" }], ask(request("b")))
          expect(yield* fs.readLink(link)).toBe("cassette")
          expect(yield* replaying(file, text(request("b")))).toBe("linked")
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
})
