import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Person } from "../../../src/cli/base/person.ts"
import { told } from "../../../src/cli/start/told.ts"
import { call } from "../../support/commandLine.ts"
import { inProject, write } from "../../support/configured.ts"

const example = join(import.meta.dirname, "../../../../../examples/configuration")
const files = { "stepwright.yaml": readFileSync(join(example, "stepwright.yaml"), "utf8") }

const changing = (from: string, to: string) =>
  Effect.sync(() => write({ "stepwright.yaml": readFileSync("stepwright.yaml", "utf8").replace(from, to) }))

const rewriting = (file: string, text: string) => Effect.sync(() => write({ [file]: text }))

const answering = (line: string) =>
  Effect.provideService(Person, { isThere: () => true, answer: () => Effect.succeed(line) })

describe("config", () => {
  it.effect("shows each value with where it comes from, and of a key whether there is one", () =>
    inProject(
      files,
      Effect.gen(function* () {
        const { err, out } = yield* call(["config", "--max-usd", "3"])
        const lines = out.split("\n").map((line) => line.split(/ {2,}/))
        const of = (name: string) => lines.find(([first]) => first === name)?.slice(1)
        assert.deepStrictEqual(of("models.default"), [
          "anthropic/claude-sonnet-5 at https://api.anthropic.com, ANTHROPIC_API_KEY is not set",
          "stepwright.yaml:8:12"
        ])
        assert.include(of("models.local")?.[0], "LOCAL_API_KEY is set")
        assert.deepStrictEqual(of("budget.usd"), ["3", "--max-usd"])
        assert.deepStrictEqual(of("budget.calls"), ["40", "stepwright.yaml:20:10"])
        assert.deepStrictEqual(of("budget.tokens"), ["9", "STEPWRIGHT_MAX_TOKENS"])
        assert.deepStrictEqual(of("sandbox")?.[0], "pyodide")
        assert.deepStrictEqual(of("python"), ["python3", "default"])
        assert.deepStrictEqual(of("steps.draft.model"), ["local", "stepwright.yaml:36:12"])
        assert.notInclude(out + err, "sk-sentinel")
        assert.include(err, "stepwright.yaml is not trusted")
        const { out: json } = yield* call(["config", "--json"])
        const found: { readonly values: ReadonlyArray<{ readonly name: string; readonly source: string }> } =
          JSON.parse(json)
        assert.deepInclude(found.values, {
          name: "budget.usd",
          value: 2,
          source: "project",
          at: "stepwright.yaml:21:8"
        } as never)
        assert.notInclude(json, "sk-sentinel")
      }),
      { user: "sandbox: pyodide\n", env: { LOCAL_API_KEY: "sk-sentinel-0123456789", STEPWRIGHT_MAX_TOKENS: "9" } }
    )
  )

  it.effect("tells what is wrong with a file, as every command does but those that need none", () =>
    inProject(
      { "stepwright.yaml": "bugdet: {}\n" },
      Effect.gen(function* () {
        for (const command of ["config", "plan", "run", "ask", "list"]) {
          const { err, status } = yield* call([command])
          assert.strictEqual(status, 3, command)
          assert.include(err, 'stepwright.yaml:1:1: bugdet: no such key: "bugdet"; did you mean "budget"?')
        }
        assert.strictEqual((yield* call(["schema", "event"])).status, 0)
        assert.strictEqual((yield* call(["run", "--help"])).status, 0)
      })
    )
  )
})

describe("config, of what a run would refuse", () => {
  const lines = (expected = 3, ...args: ReadonlyArray<string>) =>
    Effect.map(call(["config", ...args]), ({ err, status }) => {
      assert.strictEqual(status, expected, err)
      return err
        .replace(/^stepwright: /, "")
        .trim()
        .split("\n")
    })

  it.effect("tells steps that are not there, prompts that are missing or do not fit, and prices, all at once", () =>
    inProject(
      {
        "stepwright.yaml":
          "prices: none.json\nmodels: { fast: { model: m } }\nsteps:\n  requirment/draft: { model: fats }\n  requirement/draft: { promptFile: p.md }\n  samples: { systemFile: none.md, promptFile: '-' }\n",
        "p.md": "{{topic}}"
      },
      Effect.gen(function* () {
        const untrusted = yield* lines()
        const text = readFileSync("stepwright.yaml", "utf8")
        write({ "stepwright.yaml": "prices: none.json\n" })
        assert.strictEqual((yield* call(["trust", "--yes"])).status, 0)
        write({ "stepwright.yaml": text })
        const all = yield* lines()
        assert.deepStrictEqual(
          all[0],
          "stepwright.yaml:1:9: prices: there is no file none.json: name one that is there"
        )
        assert.deepStrictEqual(all.slice(1), untrusted)
        assert.deepStrictEqual(
          untrusted.map((line) => line.split(" ", 3).slice(0, 2).join(" ")),
          [
            "stepwright.yaml:4:3: steps.requirment/draft:",
            "stepwright.yaml:4:30: steps.requirment/draft.model:",
            "stepwright.yaml:5:36: steps.requirement/draft.promptFile:",
            "stepwright.yaml:6:3: steps.samples:",
            "stepwright.yaml:6:26: steps.samples.systemFile:",
            "stepwright.yaml:6:47: steps.samples.promptFile:"
          ]
        )
        assert.include(untrusted.at(-2), "there is no file none.md: name one that is there")
        assert.include(untrusted.at(-1), "there is no file -: name one that is there")
        write({ "stepwright.yaml": "prices: none.json\n" })
        const { err, status } = yield* call(["ask", "x"])
        assert.strictEqual(status, 3)
        assert.include(err, "stepwright.yaml:1:9: prices: there is no file none.json")
      })
    )
  )

  it.effect("is of the workflow that is named, where that may be loaded", () =>
    inProject(
      {
        "stepwright.yaml": "workflow: w.yaml\nsteps:\n  a: { prompt: x }\n",
        "w.yaml": "name: w\ninput: { type: object }\nsteps:\n  - b: { bind: lost, input: input }\n",
        "m.mjs": "throw new Error('it ran')\n"
      },
      Effect.gen(function* () {
        assert.deepStrictEqual(
          (yield* lines()).map((line) => line.split(" ", 1)[0]),
          ["w.yaml:4:16:"]
        )
        write({ "w.yaml": "name: w\ninput: { type: object }\nsteps:\n  - b: { let: input }\n" })
        assert.deepStrictEqual(
          (yield* lines()).map((line) => line.split(" ", 1)[0]),
          ["stepwright.yaml:3:3:"]
        )
        write({ "stepwright.yaml": "workflow: m.mjs\nsteps:\n  a: { prompt: x }\n" })
        assert.strictEqual((yield* call(["config"])).status, 0)
        assert.match((yield* lines(2, "--workflow", "m.mjs")).join(), /it ran/)
        yield* call(["trust", "--yes"])
        assert.match((yield* lines()).join(), /m\.mjs:1:7 cannot be loaded: it ran/)
      })
    )
  )

  it.effect("has --model name no model that is near to one of the file", () =>
    inProject(
      { "stepwright.yaml": "models: { fast: { model: m } }\n" },
      Effect.gen(function* () {
        const { err, status } = yield* call(["ask", "x", "--model", "fats"])
        assert.strictEqual(status, 2)
        assert.include(err, '--model: no model is called "fats" here; did you mean "fast"?')
      })
    )
  )

  it.effect("shows who is asked where a model cannot be reached", () =>
    inProject(
      { "stepwright.yaml": "models: { default: { model: m, fallback: [a, openai/x] }, a: { model: n } }\n" },
      Effect.gen(function* () {
        const { out } = yield* call(["config"])
        assert.match(out, /openai\/m at \S+, OPENAI_API_KEY is (?:not )?set; else a, openai\/x/)
      })
    )
  )
})

describe("a file that would hold a command up", () => {
  it.effect.each<readonly [string, string, RegExp]>([
    ["an anchor without an end", "store: &a { x: *a }\n", /stepwright\.yaml:1:/],
    ["a NUL", "store: {}\n\0", /control character U\+0000/],
    ["50 MB", `store: ${" ".repeat(50_000_000)}`, /is larger than 1 MB/],
    ["depth", `store: ${"[".repeat(5000)}`, /stepwright\.yaml:1:\d+:/]
  ])("is refused: %s", ([, text, problem]) =>
    inProject(
      { "stepwright.yaml": text },
      Effect.gen(function* () {
        // who starts the command line looks before that does
        assert.deepStrictEqual(told(), { store: undefined, module: undefined })
        const { err, status } = yield* call(["list"])
        assert.strictEqual(status, 3)
        assert.match(err, problem)
      })
    )
  )
})

describe("trust", () => {
  it.effect("says what a file does, asks, and holds until the file does something else, or moves", () =>
    inProject(
      files,
      Effect.gen(function* () {
        const text = files["stepwright.yaml"]
        const refused = yield* call(["run", "--input", "{}"])
        assert.strictEqual(refused.status, 3)
        assert.include(refused.err, "stepwright.yaml is not trusted, and does this:")
        assert.include(refused.err, "stepwright.yaml:5:11: workflow: runs the code of article.ts#article")
        const asked = yield* call(["trust"]).pipe(answering("no"))
        assert.strictEqual(asked.status, 1)
        assert.include(asked.err, "models.local: sends the value of LOCAL_API_KEY to http://127.0.0.1:11434/v1")
        assert.strictEqual((yield* call(["trust", "--json"])).status, 2)
        assert.strictEqual((yield* call(["trust"]).pipe(answering("yes"))).status, 0)
        const isUsed = Effect.fnUntraced(function* (text: string) {
          write({ "stepwright.yaml": text })
          const { err } = yield* call(["run", "--input", "{}"])
          if (/is not trusted/.test(err)) return false
          assert.match(err, /there is no file article\.ts/)
          return true
        })
        assert.isTrue(yield* isUsed(text))
        assert.include(
          readFileSync(join(process.env["XDG_CONFIG_HOME"]!, "stepwright/trust.json"), "utf8"),
          process.cwd()
        )
        assert.isTrue(yield* isUsed(`${text}\n# looked at\nrepair: 3\n`))
        assert.isFalse(yield* isUsed(`${text}\npython: ./python\n`))
        assert.strictEqual((yield* call(["trust", "--yes"])).status, 0)
        // what it did before it may do again
        assert.isTrue(yield* isUsed(text))
        assert.strictEqual((yield* call(["trust", "--revoke"])).status, 0)
        assert.isFalse(yield* isUsed(text))
        write({ "other/stepwright.yaml": text, "other/.git/HEAD": "" })
        yield* call(["trust", "--yes"])
        process.chdir("other")
        const copied = yield* Effect.ensuring(
          call(["run", "--input", "{}"]),
          Effect.sync(() => process.chdir(".."))
        )
        assert.include(copied.err, "is not trusted")
      })
    )
  )

  const base = [
    "workflow: w.yaml",
    "python: ./python",
    "prices: prices.json",
    "record: away/tape",
    "models: { a: { baseUrl: http://a.example/v1, model: m }, b: { model: n, price: { input: 1, output: 1 } } }"
  ]
  const definition = "name: w\ncatalog: ./steps.ts#mine\ninput: { type: string }\nsteps: []\n"
  const trustedAs = (text: string, change: Effect.Effect<void>) =>
    inProject(
      { "stepwright.yaml": text, "w.yaml": definition, "one/x": "", "two/x": "" },
      Effect.gen(function* () {
        symlinkSync(`${process.env["XDG_CONFIG_HOME"]}`, "away")
        assert.strictEqual((yield* call(["trust", "--yes"])).status, 0)
        yield* change
        return /not trusted/.test((yield* call(["ask", "x"])).err)
      })
    )

  it.effect.each<readonly [string, boolean, Effect.Effect<void>]>([
    ["the same in other words", false, Effect.sync(() => write({ "stepwright.yaml": base.toReversed().join("\n") }))],
    ["less of it", false, Effect.sync(() => write({ "stepwright.yaml": base.slice(2).join("\n") }))],
    ["a key to another host", true, changing("a.example", "b.example")],
    ["another key", true, changing("model: m", "model: m, keyVariable: OTHER_KEY")],
    ["another price", true, changing("output: 1", "output: 0")],
    ["the price of another model", true, changing("model: n", "model: gpt-5")],
    ["another program", true, changing("./python", "./other")],
    ["another table", true, changing("prices.json", "other.json")],
    ["another module, behind what looks like the first", true, changing("w.yaml", "evil.ts#/../w.yaml")],
    ["a definition with other code", true, rewriting("w.yaml", definition.replace("./steps.ts", "./other.ts"))],
    ["a definition with other steps", true, rewriting("w.yaml", definition.replace("#mine", "#other"))],
    ["a definition with less code", false, rewriting("w.yaml", definition.replace(/catalog.*\n/, ""))],
    ["a definition that says its code twice", true, rewriting("w.yaml", `catalog: ./other.ts\n${definition}`)],
    [
      "a link to somewhere else",
      true,
      Effect.sync(() => {
        rmSync("away")
        symlinkSync("/", "away")
      })
    ]
  ])("holds while the file does the same: %s", ([, isAsked, change]) =>
    Effect.map(trustedAs(base.join("\n"), change), (asked) => assert.strictEqual(asked, isAsked))
  )

  it.effect("is needed by no definition that has no code, and by each that cannot be read for certain", () =>
    Effect.gen(function* () {
      const asked = (text: string | Uint8Array) =>
        inProject(
          { "stepwright.yaml": "workflow: w.yaml\n" },
          Effect.gen(function* () {
            writeFileSync("w.yaml", text)
            assert.deepStrictEqual(
              told().module?.endsWith(".ts"),
              undefined,
              "a module is loaded beforehand for nobody who trusts it"
            )
            return /not trusted/.test((yield* call(["ask", "x"])).err)
          })
        )
      const bare = "name: w\ninput: { type: string }\nsteps: []\n"
      assert.isFalse(yield* asked(bare))
      assert.isFalse(yield* asked(`# catalog: ./evil.ts\n${bare}`))
      for (const text of [
        `${bare}catalog: ./evil.ts\n`,
        `x: &x ./evil.ts\ncatalog: *x\n${bare}`,
        `x: &x catalog\n*x : ./evil.ts\n${bare}`,
        `${bare}catalog: ./evil.ts\n#${" ".repeat(1_010_000)}\n`,
        Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`${bare}catalog: ./evil.ts\n`, "utf16le")])
      ]) {
        assert.isTrue(yield* asked(text), String(text).slice(0, 80))
      }
    })
  )
})
