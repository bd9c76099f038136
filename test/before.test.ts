import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as api from "./before/api.ts"
import { fingerprints } from "./before/fingerprints.ts"
import { everyStep } from "./before/steps.ts"
import {
  answers,
  type Copy,
  copyOf,
  delivered,
  filesIn,
  jsonOf,
  linesOf,
  namesIn,
  placeWith,
  short,
  stored,
  temporary,
  textOf,
  whole,
  workflows,
  worldOf
} from "./before/stored.ts"
import { answer, outline, section } from "./before/workflows.ts"
import { until } from "./support/cli.ts"
import { serve } from "../packages/node-runner/test/support/modelServer.ts"

// What is stored here was written by an earlier version, and must be read by every later one. Where a test fails, what
// reads has to be mended: the stored files stay as they are, and no test writes them.

const nobody: api.Answer = () => undefined

/** What was written, but for its format: this version writes another one. */
const renewed = (json: api.Written): api.Written => ({ ...json, format: api.format })
const renewedEvent = (event: api.Written): api.Written => {
  if (event["_tag"] === "RunInitialized") return renewed(event)
  return event["_tag"] === "RunImported" ? { ...event, state: renewed(event["state"]) } : event
}

/** Loads a run and goes on with it: what it asks of a model, and which steps it starts. */
const goOn = Effect.fnUntraced(function* ({ events, run }: Copy, workflow: api.AnyWorkflow) {
  const loaded = yield* api.load(workflow, run)
  const before = linesOf(events).length
  const plan = yield* api.plan(workflow, loaded)
  const ended = yield* api.run(workflow, loaded)
  const lines = linesOf(events).slice(before)
  assert.deepStrictEqual(api.written(yield* api.load(workflow, run)), api.written(ended))
  return {
    planned: plan.filter((line) => !line.startsWith("reuse ")),
    asked: (yield* api.asked)
      .map(({ fresh, path, turn }) => `${path}, turn ${turn}${fresh ? ", fresh" : ""}`)
      .toSorted(),
    started: lines.flatMap(({ _tag, path }) => (_tag === "StepStarted" ? [path] : [])).toSorted(),
    status: api.written(ended)["status"]
  }
})

const goOnWith = (
  name: string,
  options: {
    readonly workflow?: api.AnyWorkflow
    readonly answers?: api.Answer
    readonly change?: (copy: Copy) => void
  } = {}
) => {
  const copy = copyOf(name)
  options.change?.(copy)
  const workflow = options.workflow ?? workflows[jsonOf("states", `${name}.json`)["workflow"]]!
  return goOn(copy, workflow).pipe(
    Effect.provide(Layer.mergeAll(api.journal(copy.directory), api.mock(options.answers ?? answers), worldOf(name)))
  )
}

describe("what an earlier version wrote", () => {
  it("is there as it was written", () => {
    const files = ["cassettes", "delivered.json", "fingerprints.json", "mailbox", "runs", "states"].flatMap(filesIn)
    const sums = files.toSorted().map((name) => `${api.sha256(textOf(name))}  ${name}\n`)
    // another sum stands for files that were added; where none was, `git diff` shows what was changed or is gone
    assert.strictEqual(api.sha256(sums.join("")), "8bf3cd12059049a62a9dc27df15b4d43085038871a89e80ac058f713dc1cae92")
  })

  describe("fingerprints", () => {
    it.effect("of steps of all kinds, and hashes of definitions, are what they were", () =>
      Effect.gen(function* () {
        const expected = jsonOf("fingerprints.json")
        assert.deepStrictEqual(yield* fingerprints, expected)
        assert.strictEqual(Object.keys(expected["steps"]).length, 56)
      })
    )
  })

  describe.each(namesIn("runs"))("the run %s", (name) => {
    const expected = renewed(jsonOf("states", `${name}.json`))

    it.effect("loads into its state", () => {
      const { directory, run } = copyOf(name)
      return Effect.gen(function* () {
        const state = yield* api.load(workflows[expected["workflow"]]!, run)
        assert.deepStrictEqual(api.written(state), expected)
      }).pipe(Effect.provide(api.journal(directory)))
    })

    it.effect("has events and texts that are written again as they were", () => {
      const { directory, events, run, texts } = copyOf(name)
      const other = temporary()
      return Effect.gen(function* () {
        const from = yield* Effect.provide(api.openJournal, api.journal(directory))
        const to = yield* api.openJournal
        const loaded = yield* from.load(run)
        assert.deepStrictEqual(JSON.parse(api.toText(api.fold(loaded)!)), expected)
        for (const { hash, text } of linesOf(texts)) {
          assert.strictEqual(api.sha256(text), hash)
          assert.strictEqual(yield* from.getText(run, hash), text)
          yield* to.putText(run, hash, text)
        }
        for (const { _tag, prompt, reply } of linesOf(events)) {
          if (_tag !== "StepReplied") continue
          assert.isArray(JSON.parse(yield* from.getText(run, prompt)))
          yield* from.getText(run, reply)
        }
        for (const event of loaded) yield* to.append(run, event)
        const written = linesOf(join(other, run, "events.jsonl")).map(({ crc: _, n: __, ...line }) => line)
        assert.deepStrictEqual(
          written.filter(({ _tag }) => _tag !== undefined && _tag !== "Journal"),
          linesOf(events).map(renewedEvent)
        )
        assert.deepStrictEqual(
          written.filter(({ hash }) => hash !== undefined),
          linesOf(texts)
        )
      }).pipe(Effect.provide(api.journal(other)))
    })
  })

  describe.each(namesIn("states"))("the state %s", (name) => {
    const text = textOf("states", `${name}.json`)

    it.effect("is read and written without loss", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(JSON.parse(api.toText(yield* api.fromText(text))), renewed(JSON.parse(text)))
      })
    )

    it.effect("is one that a run starts from", () =>
      Effect.gen(function* () {
        const state = yield* api.fromText(text)
        const adopted = yield* api.adopt(workflows[api.written(state)["workflow"]]!, state, { run: "adopted" })
        const { events: _events, updatedAt: _updatedAt, ...kept } = renewed(JSON.parse(text))
        const found = api.written(yield* api.load(workflows[kept["workflow"]]!, "adopted"))
        assert.deepInclude(found, { ...kept, run: "adopted", origin: kept["run"] })
        assert.deepStrictEqual(found, api.written(adopted))
      }).pipe(Effect.provide(api.journal(temporary())))
    )
  })

  describe.each(namesIn("cassettes"))("the cassette %s", (name) => {
    const file = () => {
      const copy = join(temporary(), "cassette.json")
      copyFileSync(stored("cassettes", `${name}.json`), copy)
      return copy
    }
    const entries = jsonOf("cassettes", `${name}.json`)["entries"] as ReadonlyArray<api.Written>

    it.effect("answers each of its requests, streamed and not", () =>
      Effect.gen(function* () {
        for (const { path, reply, request, step, turn } of entries) {
          const messages = (request.messages as ReadonlyArray<api.Written>).map(({ content, role }) => ({
            role,
            content: content.join("\n")
          }))
          const { streamed, whole } = yield* api.ask({ ...request, messages, path, step, turn })
          assert.deepStrictEqual<unknown>(whole, { ...reply, text: reply.text.join("\n") })
          assert.deepStrictEqual(streamed, whole)
        }
        assert.deepStrictEqual(yield* api.unused, [])
      }).pipe(Effect.provide(api.replay(file())))
    )

    it.effect("is written again as it was", () => {
      const copy = file()
      return Effect.gen(function* () {
        yield* Effect.scoped(Layer.build(Layer.provide(api.recordMissing(copy), api.mock(nobody))))
        assert.strictEqual(readFileSync(copy, "utf8"), textOf("cassettes", `${name}.json`))
      })
    })

    it.effect("has all that the same workflow asks", () =>
      Effect.gen(function* () {
        const workflow = name === "every-step" ? everyStep : whole
        const input = name === "every-step" ? null : { topic: "tea" }
        const state = yield* api.run(workflow, yield* api.initialize(workflow, input))
        assert.strictEqual(api.written(state)["status"], "COMPLETED", api.written(state)["error"]?.message)
        // the other requests are of a result that was set by hand
        assert.deepStrictEqual(yield* api.unused, name === "by-hand" ? ["closing/short", "labels/c%20d"] : [])
        yield* api.runStreamed(workflow, yield* api.initialize(workflow, input))
      }).pipe(Effect.provide(Layer.merge(api.replay(file()), api.world())))
    )
  })

  it("has requests of both formats, of several turns, streamed, with all parameters, and of all models", () => {
    const all = namesIn("cassettes").flatMap((name) => jsonOf("cassettes", `${name}.json`)["entries"])
    const seen = (of: (entry: api.Written) => unknown) => [...new Set(all.map(of))].toSorted()
    assert.deepStrictEqual(
      seen(({ request }) => request.format.type),
      ["json", "text"]
    )
    assert.deepStrictEqual(
      seen(({ turn }) => turn),
      [1, 2, 3]
    )
    assert.deepStrictEqual(
      seen(({ request }) => request.model),
      ["default", "large", "small"]
    )
  })

  describe("a run goes on", () => {
    const nothing = { planned: [], asked: [], started: [], status: "COMPLETED" }
    const ends = ["assembled", "signed/stamp"]
    const closing = ["closing/short", "labels/%C3%A9%2A", "labels/a%2Fb", "labels/c%20d", "labels/end"]
    const [first, second, third, end] = ["sections/a%2Fb", "sections/c%20d", "sections/%C3%A9%2A", "sections/end"]

    it.effect.each(["ready", "every-step", "program"])("with no request where it was finished: %s", (name) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* goOnWith(name, { answers: nobody }), nothing)
      })
    )

    it.effect("with no request where it was configured, and records have no place any more or have it again", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* goOnWith("configured", { workflow: short, answers: nobody }), nothing)
        assert.deepStrictEqual(yield* goOnWith("configured", { workflow: whole, answers: nobody }), {
          ...nothing,
          planned: ["run assembled", "perhaps signed/stamp"],
          started: ["assembled"]
        })
      })
    )

    const missing: Readonly<Record<string, ReadonlyArray<string>>> = {
      killed: [second, end, ...closing],
      suspended: [third, end, ...closing],
      "without-quota": [second, end, ...closing],
      cancelled: [first, second, third, end, ...closing],
      interrupted: ["closing/short"],
      imported: [end, ...closing],
      refused: [],
      broken: []
    }
    it.effect.each(Object.entries(missing))("with exactly the requests that are missing: %s", ([name, paths]) =>
      Effect.gen(function* () {
        const { asked, started, status } = yield* goOnWith(name)
        const expected = {
          asked: paths.map((path) => `${path}, turn 1`).toSorted(),
          started: [...paths, ...ends].toSorted(),
          status: "COMPLETED"
        }
        assert.deepStrictEqual({ asked, started, status }, expected)
      })
    )

    it.effect("asks anew where no reply could be used", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* goOnWith("failed"), {
          planned: ["run labels/c%20d", "perhaps assembled", "perhaps signed/stamp"],
          asked: ["labels/c%20d, turn 1, fresh"],
          started: ["assembled", "labels/c%20d", "signed/stamp"],
          status: "COMPLETED"
        })
      })
    )

    it.effect("keeps what was set by hand, and asks for what depends on the input set by hand", () =>
      Effect.gen(function* () {
        const { asked, planned, started, status } = yield* goOnWith("by-hand")
        assert.strictEqual(planned[0], "run outline")
        // the outline comes out as it was, so that no other step has to run
        const expected = { asked: ["outline, turn 1"], started: ["outline"], status: "COMPLETED" }
        assert.deepStrictEqual({ asked, started, status }, expected)
      })
    )

    it.effect("although a kill cut off the last lines of its files", () =>
      Effect.gen(function* () {
        const torn = (copy: Copy) => {
          appendFileSync(copy.events, '{"_tag":"StepSucceeded","path":"sections/c%20d","st')
          appendFileSync(copy.texts, '{"hash":"0')
        }
        assert.deepStrictEqual(yield* goOnWith("killed", { change: torn }), yield* goOnWith("killed"))
      })
    )

    it.effect("with a result and an input set by hand today", () => {
      const { directory, run } = copyOf("program")
      return Effect.gen(function* () {
        const planned = (state: api.State) =>
          Effect.map(api.plan(whole, state), (lines) => lines.filter((line) => !line.startsWith("reuse ")))
        const loaded = yield* api.load(whole, run)
        const byHand = yield* api.setByHand(whole, loaded, third, "Mine.")
        const perhaps = ["perhaps assembled", "perhaps signed/stamp"]
        assert.deepStrictEqual(yield* planned(byHand), ["run labels/%C3%A9%2A", "run closing/short", ...perhaps])
        const other = yield* api.setByHand(whole, byHand, "input", { topic: "jam" })
        assert.include(yield* planned(other), "run outline")
        assert.deepStrictEqual(api.written(yield* api.load(whole, run)), api.written(other))
      }).pipe(Effect.provide(Layer.mergeAll(api.journal(directory), api.mock(nobody), api.world())))
    })
  })

  describe("from the command line", () => {
    const key = { OPENAI_API_KEY: "key" }

    it("a finished run of the ready workflow of then is shown, and goes on with that workflow only", async () => {
      const { here, run, settings, there } = placeWith("ready")
      here.write("interval-set.json", '{ "version": 1, "entries": [] }')
      const refused = await here.stepwright("resume", run)
      assert.strictEqual(refused.status, 2)
      assert.include(refused.stderr, 'the input does not fit: Missing key\n  at ["documents"]')
      // whatever it made is there to look at
      const commands = [["status"], ["show", "requirement"], ["export"]] as const
      for (const [command, ...more] of commands) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const { status, stderr } = await here.stepwright(command, run, ...more)
        assert.deepStrictEqual([status, stderr], [0, ""])
      }
      assert.deepStrictEqual(settings.now(), settings.before)
      here.write("ready.ts", 'import { main, readyWorkflow } from "./api.ts"\nmain(readyWorkflow)\n')
      symlinkSync(join(import.meta.dirname, "../node_modules"), here.path("node_modules"))
      const { status, stderr, stdout } = await there.node("ready.ts", "resume", run, "--json")
      assert.strictEqual(status, 0, stderr)
      const { files, replies, tests } = JSON.parse(stdout)
      assert.deepStrictEqual([replies, tests.passed, files.length], [6, 96, delivered.length])
      assert.deepStrictEqual(settings.now(), { ...settings.before, program: "ready.ts" })
    })

    it("a killed run finds its workflow, takes over the lock, and asks the server for what is missing", async () => {
      const server = await serve(answer)
      const { here, run, settings } = placeWith("killed", { ...key, OPENAI_BASE_URL: server.url })
      const { status, stderr } = await here.stepwright("resume", run)
      assert.strictEqual(status, 0, stderr)
      assert.strictEqual(server.asked.length, 7)
      assert.deepStrictEqual(settings.now(), settings.before)
    })

    it("a suspended run has spent what it spent", async () => {
      const server = await serve(answer)
      const { here, run, settings } = placeWith("suspended", { ...key, OPENAI_BASE_URL: server.url })
      const still = await here.stepwright("resume", run)
      assert.strictEqual(still.status, 4)
      assert.include(still.stderr, "maxCalls is 3, and 3 calls were made")
      assert.deepStrictEqual(settings.now(), settings.before)
      const further = await here.stepwright("resume", run, "--max-calls", "10")
      assert.strictEqual(further.status, 0, further.stderr)
      assert.strictEqual(server.asked.length, 7)
    })

    it("a run with all settings has its model, its costs and its recording", async () => {
      const server = await serve(answer)
      const { here, run, settings } = placeWith("by-hand", { ...key, OPENAI_BASE_URL: server.url })
      here.write("prices.json", JSON.stringify({ date: "2026-11-01", models: { big: { input: 1, output: 2 } } }))
      const { status, stderr, stdout } = await here.stepwright("resume", run, "--json")
      assert.strictEqual(status, 0, stderr)
      const { replies, usd } = JSON.parse(stdout)
      assert.deepStrictEqual([replies, server.asked.map(({ model }) => model)], [13, ["big"]])
      // 100 + 20 tokens were asked for twelve times, and 10 + 5 are by this server
      assert.closeTo(usd, (12 * (100 + 2 * 20) + (10 + 2 * 5)) / 1e6, 1e-9)
      assert.strictEqual(readdirSync(here.path("tape.json")).length, 1)
      assert.deepStrictEqual(settings.now(), settings.before)
    })

    it("a run of a program goes on with that program", async () => {
      const { here, run, settings, there } = placeWith("program")
      copyFileSync(stored("program.ts"), here.path("program.ts"))
      symlinkSync(join(import.meta.dirname, "../node_modules"), here.path("node_modules"))
      const { status, stderr, stdout } = await there.node("program.ts", "resume", run)
      assert.strictEqual(status, 0, stderr)
      assert.include(stdout, ": 0 steps run, 12 reused")
      assert.deepStrictEqual(settings.now(), settings.before)
      assert.include((await here.stepwright("plan", run)).stderr, "use `node program.ts` in place of `stepwright`")
    })
  })

  it("a run that is answered in a folder waits there again, from the command line", async () => {
    const { here, run, settings, there } = placeWith("cancelled")
    cpSync(stored("mailbox"), here.path("mailbox"), { recursive: true })
    rmSync(here.path("mailbox/WAITING.md"))
    const resuming = there.start("resume", run)
    await until(() => here.exists("mailbox/WAITING.md"), resuming)
    resuming.process.kill("SIGKILL")
    await resuming.ended
    assert.include(
      here.read("mailbox/WAITING.md"),
      "# Waiting for 1 reply\n\n- sections/a%2Fb, turn 1, since 2026-11-26"
    )
    assert.deepStrictEqual(settings.now(), settings.before)
  })

  it.live("a mailbox has replies for the requests that wait in it", () => {
    const mailbox = temporary()
    cpSync(stored("mailbox"), mailbox, { recursive: true })
    const waiting = readdirSync(mailbox).find((name) => name.startsWith("002-"))!
    writeFileSync(join(mailbox, waiting.replace(".request.", ".reply.")), "An answer of today.")
    return Effect.gen(function* () {
      const { title } = yield* api.runAlone(outline, { topic: "tea" })
      assert.strictEqual(title, "Tea")
      const text = yield* api.runAlone(section, { title, key: "a/b", before: {} })
      assert.strictEqual(text, "An answer of today.")
      assert.strictEqual(readdirSync(mailbox).filter((name) => name.endsWith(".request.md")).length, 2)
    }).pipe(Effect.provide(api.relay(mailbox)))
  })

  it.effect("a folder of delivered files tells those from files that were changed", () => {
    const root = temporary()
    const { records } = jsonOf("states", "ready.json")
    const [own, changed] = ["intervals/interval_set.py", "intervals/__init__.py"] as const
    for (const folder of ["intervals", ".stepwright"]) mkdirSync(join(root, folder))
    copyFileSync(stored("delivered.json"), join(root, ".stepwright/files.json"))
    writeFileSync(join(root, own), records[`implementation/${encodeURIComponent(own)}`].result.output)
    writeFileSync(join(root, changed), "mine\n")
    return Effect.gen(function* () {
      const written = yield* api.deliver(
        root,
        [own, changed].map((path) => ({ path, content: "new\n" }))
      )
      assert.deepStrictEqual(
        written.map(({ outcome }) => outcome),
        ["written", "kept"]
      )
    })
  })
})
