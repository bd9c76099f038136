import { mkdirSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { PromptTemplate, Step, Workflow } from "@stepwright/core"
import { Effect, Schema } from "effect"
import { checkTrust, Configuration } from "../../../src/cli/config/configuration.ts"
import { read } from "../../../src/cli/module/checked.ts"
import { modelsIn, sourced } from "../../../src/cli/config/sourced.ts"
import { atBeginning, effective } from "../../../src/cli/config/effective.ts"
import { configured } from "../../../src/cli/config/steps.ts"
import { projectFiles, userFolder } from "../../../src/cli/start/configFile.ts"
import { type Deed, placeOf, trustFile } from "../../../src/cli/start/trusted.ts"
import { inProject, write } from "../../support/configured.ts"

/** What a configuration comes to, with what it makes of settings that were told. */
const withConfiguration = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const self = yield* read
    return yield* Effect.provideService(work, Configuration, self)
  }).pipe(Effect.provide(NodeServices.layer))

const refusal = Effect.map(Effect.flip(Effect.provide(read, NodeServices.layer)), ({ message }) => message)

/** What a file does that nobody trusts, without its places. */
const needs = Effect.map(withConfiguration(Configuration), ({ needs }) =>
  needs.map(({ detail, keys }) => `${keys.join(".")}: ${detail}`)
)

/** Has a person trust the project here with that. */
const trusting = (...deeds: ReadonlyArray<Deed>) =>
  Effect.sync(() => {
    const [file = ""] = projectFiles(".")
    write({ [trustFile()]: JSON.stringify({ format: 1, files: { [placeOf(file)]: deeds } }) })
  })

describe("a path", () => {
  it.effect("never leads into what git keeps, links followed", () =>
    inProject(
      {
        "stepwright.yaml":
          "cache: {folder: .git/objects}\nstore: a/../.GIT\nrecord: hidden/hooks\nreplay: .github\nrelay: x.git",
        ".git/HEAD": ""
      },
      Effect.gen(function* () {
        symlinkSync(".git", "hidden")
        const told = (yield* refusal).match(/^.*git keeps.*$/gmu)
        assert.deepStrictEqual(told, [
          "stepwright.yaml:1:17: cache.folder: is in the folder that git keeps: .git/objects",
          "stepwright.yaml:2:8: store: is in the folder that git keeps: a/../.GIT",
          "stepwright.yaml:3:9: record: is in the folder that git keeps: hidden/hooks"
        ])
      })
    )
  )
})

describe("projectFiles", () => {
  const found = (from: string, home: string) =>
    projectFiles(from, home).map((file) => file.slice(process.cwd().length + 1))

  it.effect("looks upwards, to the first folder that has .git or to the home folder, and no further", () =>
    inProject(
      { "stepwright.yaml": "{}", "a/.git/HEAD": "", "a/b/c/x": "", "h/stepwright.json": "{}", "h/u/v/x": "" },
      Effect.sync(() => {
        const home = join(process.cwd(), "h")
        assert.deepStrictEqual(found("h/u/v", home), ["h/stepwright.json"])
        assert.deepStrictEqual(found("a/b/c", home), [])
        write({ "a/stepwright.yml": "{}" })
        assert.deepStrictEqual(found("a/b/c", home), ["a/stepwright.yml"])
        // neither is above: what is in folders of others is not looked at
        assert.deepStrictEqual(found(".", home), ["stepwright.yaml"])
        mkdirSync("d/e", { recursive: true })
        assert.deepStrictEqual(found("d/e", home), [])
      })
    )
  )

  it.effect("finds every name, as two are a mistake", () =>
    inProject(
      { "stepwright.yaml": "{}", "stepwright.json": "{}" },
      Effect.gen(function* () {
        assert.include(yield* refusal, "stepwright.yaml and stepwright.json are both there: keep one of them")
      })
    )
  )
})

describe("userFolder", () => {
  it("is where XDG says, or below the home folder, of which there may be none", () => {
    const nobody = () => {
      throw new Error("the system knows no such user")
    }
    assert.strictEqual(userFolder({ XDG_CONFIG_HOME: "/etc/xdg" }, nobody), "/etc/xdg/stepwright")
    assert.strictEqual(
      userFolder({ XDG_CONFIG_HOME: "xdg" }, () => "/home/me"),
      "/home/me/.config/stepwright"
    )
    assert.strictEqual(userFolder({}, nobody), "/.config/stepwright")
  })
})

describe("read", () => {
  it.effect("tells all that is wrong, with file, line, column, and the nearest key", () =>
    inProject(
      {
        "stepwright.yaml":
          "modles: {}\nbudget:\n  calls: many\n  usd: -1\nsandbox: docker\nsteps:\n  a: { repair: 1.5 }\n"
      },
      Effect.gen(function* () {
        const lines = (yield* refusal).split("\n")
        assert.deepStrictEqual(
          lines.map((line) => line.split(" ", 2).join(" ")),
          [
            "stepwright.yaml:1:1: modles:",
            "stepwright.yaml:3:10: budget.calls:",
            "stepwright.yaml:4:8: budget.usd:",
            "stepwright.yaml:5:10: sandbox:",
            "stepwright.yaml:7:3: steps.a:",
            "stepwright.yaml:7:16: steps.a.repair:"
          ]
        )
        assert.include(lines[0], `did you mean "models"?`)
      })
    )
  )

  it.effect("tells what is wrong with values that are each what they may be", () =>
    inProject(
      {
        "stepwright.yaml":
          'models:\n  a: b\n  b: a\n  c: c\n  d: { baseUrl: "https://u:p@host/v1" }\nsteps:\n  x: { prompt: p, promptFile: p.md }\n'
      },
      Effect.gen(function* () {
        const lines = (yield* refusal).split("\n")
        assert.deepStrictEqual(
          lines.map((line) => line.split(" ", 2).join(" ")),
          [
            "stepwright.yaml:2:6: models.a:",
            "stepwright.yaml:3:6: models.b:",
            "stepwright.yaml:5:17: models.d.baseUrl:",
            "stepwright.yaml:7:3: steps.x:",
            "stepwright.yaml:7:31: steps.x.promptFile:",
            "stepwright.yaml:7:31: steps.x.promptFile:"
          ]
        )
        assert.notInclude(lines.join(), "u:p")
      })
    )
  )

  const modelsWrong = (models: string, user = "{}") =>
    inProject(
      {
        "stepwright.yaml": `models:\n  fast: { model: gpt-5-mini, price: { input: 1, output: 1 } }\n  backup: { model: gpt-5 }\n${models}`
      },
      Effect.gen(function* () {
        const read_ = yield* Effect.result(Effect.provide(read, NodeServices.layer))
        return read_._tag === "Success"
          ? []
          : read_.failure.message.split("\n").map((line) => line.replace(/^\S+ /, ""))
      }),
      { user }
    )

  it.effect("refuses names of models that are near to one of the files, and in a fallback all that are none", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* modelsWrong("  default: backpu\n  other: antropic/claude-sonnet-5\n"), [
        'models.default: no model is called "backpu" here; did you mean "backup"? A model that its provider calls so is "openai/backpu"',
        'models.other: there is no provider "antropic"; did you mean "anthropic/claude-sonnet-5"?'
      ])
      assert.deepStrictEqual(
        yield* modelsWrong("  default: { fallback: [bakup, gpt-4.1-mini, anthropic/claude-opus-5, org/x] }\n"),
        [
          'models.default.fallback.0: no model is called "bakup" here; did you mean "backup"? A model that its provider calls so is "openai/bakup"',
          'models.default.fallback.1: no model is called "gpt-4.1-mini" here; there are fast, backup, default. A model that its provider calls so is "openai/gpt-4.1-mini"'
        ]
      )
      assert.deepStrictEqual(
        yield* modelsWrong("steps:\n  samples: { model: [fast, fats] }\n"),
        [
          'steps.samples.model.1: no model is called "fats" here; did you mean "fast"? A model that its provider calls so is "openai/fats"',
          "steps.samples: this step asks no model, so there is nothing to set"
        ].toReversed()
      )
      // what a provider calls so, or a person's file
      assert.deepStrictEqual(
        yield* modelsWrong(
          "  gpt-5x: { model: x }\n  default: gpt-5\n  a: openai/fats\n  b: { fallback: [mine] }\n",
          "models: { mine: gpt-5 }"
        ),
        []
      )
    })
  )

  it.effect("refuses a fallback to what was asked before, but not two that stand in for each other", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* modelsWrong("  a: { fallback: [backup, a, same, backup, b] }\n  same: a\n  b: { fallback: [a] }\n"),
        [
          'models.a.fallback.1: "a" is asked before: leave it out',
          'models.a.fallback.2: "same" is asked before: leave it out',
          'models.a.fallback.3: "backup" is asked before: leave it out'
        ]
      )
    })
  )

  it.effect("tells with a key that is there twice, or a value that is none, all else that is wrong", () =>
    inProject(
      {
        "stepwright.yaml":
          "repair: 1\nmodels:\n  a: { apiKey: x, provider: opneai, model: !!binary aGk= }\nrepair: -1\nprices: none.json\nsteps:\n  lost: { prompt: p, promptFile: p.md }\n  requirement/draft: { prompt: '{{topic}}', timeout: 5 minuts }\n"
      },
      Effect.gen(function* () {
        yield* trusting(["prices", "none.json", process.cwd()])
        assert.deepStrictEqual(
          (yield* refusal).split("\n").map((line) => line.split(" ", 2).join(" ")),
          [
            "stepwright.yaml:3:8: models.a.apiKey:",
            "stepwright.yaml:3:29: models.a.provider:",
            "stepwright.yaml:3:53: models.a.model:",
            "stepwright.yaml:4:1: repair:",
            "stepwright.yaml:4:9: repair:",
            "stepwright.yaml:5:9: prices:",
            "stepwright.yaml:7:3: steps.lost:",
            "stepwright.yaml:7:34: steps.lost.promptFile:",
            "stepwright.yaml:7:34: steps.lost.promptFile:",
            "stepwright.yaml:8:32: steps.requirement/draft.prompt:",
            "stepwright.yaml:8:54: steps.requirement/draft.timeout:"
          ]
        )
      })
    )
  )

  it.effect("says what to write for a time, and where a key belongs, and nothing of a key", () =>
    inProject(
      {
        "stepwright.yaml": [
          "timeout: 5 minuts",
          "models:",
          ...[
            "sk-ant-api03-abcdefghij0123456789",
            "gsk_abcdefghij0123456789",
            "AIzaSyA1234567890abcdefghijklmnopqrstuv",
            "0123456789abcdef0123456789abcdef",
            "[sk-ant-api03-abcdefghij0123456789]",
            "not a name"
          ].map((key, i) => `  m${i}: { keyVariable: ${key} }`),
          "  n: { apiKey: sk-ant-api03-abcdefghij0123456789 }",
          "  o: [sk-ant-api03-abcdefghij0123456789]",
          "  fine: { keyVariable: my_company_account_key_no_2 }"
        ].join("\n")
      },
      Effect.gen(function* () {
        const lines = (yield* refusal).split("\n")
        assert.include(lines[0], 'Expected a span of time such as "90 seconds" or "5 minutes": a number, and')
        assert.strictEqual(lines.filter((line) => /keyVariable: Expected the name of a variable/.test(line)).length, 6)
        assert.include(lines.at(-2), 'name the variable that has it, by "keyVariable"')
        assert.strictEqual(lines.length, 9)
        assert.notMatch(lines.join(), /0123456789|abcdefghij/)
      })
    )
  )

  it.effect("takes what is of a project in no file of a person's", () =>
    inProject(
      {},
      Effect.gen(function* () {
        assert.match(yield* refusal, /config\.yaml:1:1: workflow: no such key/)
      }),
      { user: "workflow: a.ts" }
    )
  )

  it.effect("keeps runs where a variable, the project or the person says, from where that is told", () =>
    Effect.gen(function* () {
      const store = Effect.map(withConfiguration(Configuration), ({ store }) => store)
      const below = Effect.andThen(
        Effect.sync(() => process.chdir("sub")),
        Effect.ensuring(
          store,
          Effect.sync(() => process.chdir(".."))
        )
      )
      const files = { "stepwright.yaml": "store: kept", ".git/HEAD": "", "sub/x": "" }
      assert.strictEqual(yield* inProject(files, store), "kept")
      const found = yield* inProject(files, below)
      assert.isTrue(found.endsWith("/kept"))
      assert.strictEqual(yield* inProject(files, store, { env: { STEPWRIGHT_STORE: "mine" } }), "mine")
      const outside = { ...files, "stepwright.yaml": "store: ../kept" }
      assert.strictEqual(yield* inProject(outside, store), ".stepwright")
    })
  )
})

describe("effective", () => {
  const project =
    "budget: { calls: 7 }\nreplay: tape\nsandbox: pyodide\nmodels: { a: b, b: { model: big } }\ncache: { folder: ./kept/cache, size: 1 GB }\n"
  const user = "budget: { calls: 5, usd: 2 }\nconcurrency: 3\nmodels: { a: openai/claude, c: { model: small } }\n"

  it.effect("takes the flag, then the variable, then the project, then the person", () =>
    Effect.gen(function* () {
      const all = yield* inProject({ "stepwright.yaml": project }, withConfiguration(effective({ maxTokens: 9 })), {
        user,
        env: { STEPWRIGHT_SANDBOX: "bubblewrap" }
      })
      assert.deepInclude(all, { maxTokens: 9, maxUsd: 2, concurrency: 3, sandbox: "bubblewrap", replay: "tape" })
      assert.deepStrictEqual(all.models, {
        a: { model: "big" },
        b: { model: "big" },
        c: { model: "small" }
      })
      const told = yield* inProject({ "stepwright.yaml": project }, withConfiguration(effective({ sandbox: "none" })))
      assert.strictEqual(told.sandbox, "none")
    })
  )

  it.effect("raises no limit of a person's for a project that is not trusted", () =>
    inProject(
      { "stepwright.yaml": project },
      Effect.gen(function* () {
        assert.strictEqual((yield* withConfiguration(effective({}))).maxCalls, 5)
        assert.strictEqual((yield* withConfiguration(effective({ maxCalls: 11 }))).maxCalls, 11)
        yield* trusting(["limit", "budget.calls", 6], ["limit", "budget.tokens", 7])
        assert.strictEqual((yield* withConfiguration(effective({}))).maxCalls, 5)
        yield* trusting(["limit", "budget.calls", 7])
        assert.strictEqual((yield* withConfiguration(effective({}))).maxCalls, 7)
      }),
      { user }
    )
  )

  it.effect("takes who answers from one of them alone", () =>
    inProject(
      { "stepwright.yaml": project },
      Effect.gen(function* () {
        assert.isUndefined((yield* withConfiguration(effective({ model: "big" }))).replay)
      })
    )
  )

  it.effect("tells a variable that is not what it is to be", () =>
    inProject(
      {},
      Effect.gen(function* () {
        const { message } = yield* Effect.flip(withConfiguration(effective({})))
        assert.match(message, /^STEPWRIGHT_MAX_CALLS cannot be used: .*: set it to that, or to nothing$/s)
      }),
      { env: { STEPWRIGHT_MAX_CALLS: "many" } }
    )
  )

  it.effect("has where each value comes from", () =>
    inProject(
      { "stepwright.yaml": project },
      Effect.gen(function* () {
        const self = yield* withConfiguration(Configuration)
        assert.deepInclude(yield* sourced({ ...self }, "sandbox"), { source: "project", at: "stepwright.yaml:3:10" })
        assert.isUndefined(yield* sourced(self, "python"))
        assert.deepStrictEqual((yield* sourced(self, "cache"))?.value, { folder: "kept/cache", size: "1 GB" })
        assert.deepStrictEqual(Object.keys(modelsIn(self)), ["a", "b"])
      }).pipe(Effect.provide(NodeServices.layer))
    )
  )
})

describe("what needs trust", () => {
  it.effect("is a key that goes to another server than the one of its provider", () =>
    inProject(
      {
        "stepwright.yaml": [
          "models:",
          "  a: { baseUrl: https://api.openai.com/v1 }",
          "  b: { provider: anthropic, keyVariable: ANTHROPIC_API_KEY }",
          "  c: { baseUrl: https://api.openai.com.evil.example/v1 }",
          "  d: { baseUrl: http://api.openai.com/v1 }",
          "  e: { keyVariable: AWS_SECRET_ACCESS_KEY }",
          "  f: { provider: anthropic, baseUrl: https://api.openai.com/v1 }",
          "  g: { price: { input: 0, output: 0 } }"
        ].join("\n")
      },
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* needs, [
          "models.c: sends the value of OPENAI_API_KEY to https://api.openai.com.evil.example/v1",
          "models.d: sends the value of OPENAI_API_KEY to http://api.openai.com/v1",
          "models.e: sends the value of AWS_SECRET_ACCESS_KEY to https://api.openai.com",
          "models.f: sends the value of ANTHROPIC_API_KEY to https://api.openai.com/v1",
          "models.g.price: says what a model costs"
        ])
        const { message } = yield* Effect.flip(withConfiguration(Effect.flatMap(Configuration, checkTrust)))
        assert.include(message, "stepwright.yaml:4:6: models.c: sends the value")
      })
    )
  )

  it.effect("is what runs, and what is outside the folder, links followed", () =>
    inProject(
      {
        "stepwright.yaml": [
          "workflow: a.ts#w",
          "sandbox: none",
          "python: python3.13",
          "install: true",
          "prices: prices.json",
          "store: .store",
          "record: /tmp/tape",
          "replay: tape",
          "relay: nowhere/tape",
          "workspace: ..",
          "steps:",
          "  a: { promptFile: ../../.ssh/id_rsa }",
          "  b: { promptFile: out/secret, systemFile: prompts/b.md }"
        ].join("\n"),
        "prompts/b.md": ""
      },
      Effect.gen(function* () {
        symlinkSync("/", "out")
        symlinkSync("/tmp/stepwright-that-is-not-there", "nowhere")
        assert.deepStrictEqual(
          (yield* needs).map((need) => need.split(":", 1)[0]),
          [
            "workflow",
            "sandbox",
            "python",
            "install",
            "prices",
            "record",
            "relay",
            "workspace",
            "steps.a.promptFile",
            "steps.b.promptFile"
          ]
        )
      })
    )
  )

  it.effect("is a model of the person's own that is asked elsewhere", () =>
    inProject(
      { "stepwright.yaml": "models: { default: gpt-5, near: default, far: anthropic/y, more: { model: x } }" },
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* needs, [
          "models.default: asks your model default at https://api.openai.com, in place of http://127.0.0.1:1/v1",
          "models.near: asks your model near at https://api.openai.com, in place of http://127.0.0.1:1/v1"
        ])
        yield* trusting(["model", "default", "https://api.openai.com"], ["model", "near", "https://api.openai.com"])
        assert.deepStrictEqual(yield* needs, [])
      }),
      {
        user: 'models: { default: { baseUrl: "http://127.0.0.1:1/v1" }, near: default, far: { provider: anthropic, model: z } }'
      }
    )
  )

  it.effect("is told in whole, what runs first, and with nothing hidden in it", () =>
    inProject(
      {
        "stepwright.yaml": [
          "models:",
          ...Array.from({ length: 60 }, (_, i) => `  m${i}: { price: { input: ${i}, output: 0 } }`),
          'workflow: "a.ts\\n\\u200b is fine"'
        ].join("\n")
      },
      Effect.gen(function* () {
        const { message } = yield* Effect.flip(withConfiguration(Effect.flatMap(Configuration, checkTrust)))
        const lines = message.split("\n")
        assert.strictEqual(lines.length, 63)
        assert.include(lines[1], "workflow: runs the code of a.ts\\u{000a}\\u{200b} is fine, and what that imports")
      })
    )
  )

  it.effect("is not read where the file itself leads out of its folder", () =>
    inProject(
      { "real/secret.yaml": "key: sk-sentinel-0123456789", "here/.git/HEAD": "" },
      Effect.gen(function* () {
        const before = process.cwd()
        process.chdir("here")
        symlinkSync("../real/secret.yaml", "stepwright.yaml")
        const message = yield* Effect.ensuring(
          refusal,
          Effect.sync(() => process.chdir(before))
        )
        assert.strictEqual(message, "stepwright.yaml is a link that leads out of its folder")
        rmSync("here", { recursive: true })
      })
    )
  )
})

describe("configured", () => {
  const said = (name: string) =>
    Step.make(name, {
      input: Schema.String,
      output: Schema.String,
      prompt: PromptTemplate.make("Say {{text}}"),
      variables: (text: string) => ({ text })
    })
  const workflow = Workflow.make("w", { input: Schema.String }).pipe(
    Workflow.bind("outline", said("outline"), "input"),
    Workflow.bind(
      "inner",
      Workflow.make("inner", { input: Schema.String }).pipe(Workflow.bind("draft", said("draft"), "input")),
      "input"
    )
  )
  const made = (options = {}) =>
    Effect.map(
      Effect.provide(
        Effect.flatMap(read, (self) => configured(workflow, self, options)),
        NodeServices.layer
      ),
      (workflow) => new Map(Workflow.steps(workflow).map(({ path, step }) => [path, step.model]))
    )

  it.effect("sets what the files say, prompts from files beside them, without the line end of those", () =>
    inProject(
      {
        "stepwright.yaml":
          "repair: 4\ntimeout: 90 seconds\nsteps:\n  outline: { promptFile: p/o.md, model: [a, b] }\n  inner: { steps: { draft: { system: Be brief. } } }\n",
        "p/o.md": "Outline {{text}}\r\n"
      },
      Effect.gen(function* () {
        const steps = yield* made()
        const { prompt, ...outline } = steps.get("outline")!
        assert.strictEqual(prompt.source, "Outline {{text}}")
        assert.deepInclude(outline, { models: ["a", "b"], repair: 4, timeout: "90 seconds" })
        assert.deepInclude(steps.get("inner/draft"), { system: "Be brief.", repair: 4 })
        assert.notDeepInclude((yield* made({ isMeant: false })).get("outline"), { models: ["a", "b"] })
      })
    )
  )

  it.effect("tells every step that is not there, with the nearest, and every text that does not fit", () =>
    inProject(
      {
        "stepwright.yaml":
          "steps:\n  outlin: { model: a }\n  outline:\n    promptFile: p.md\n  inner/draft:\n    promptFile: none.md\n  other: {}\n",
        "p.md": "Outline {{topic}}"
      },
      Effect.gen(function* () {
        const { message } = yield* Effect.flip(made({ others: ["other"] }))
        const lines = message.split("\n")
        assert.strictEqual(
          lines[0],
          'stepwright.yaml:2:3: steps.outlin: no step has this path; did you mean "outline"?'
        )
        assert.include(lines[1], "stepwright.yaml:4:17: steps.outline.promptFile:")
        assert.include(lines[1], "topic")
        assert.include(lines[2], "stepwright.yaml:6:17: steps.inner/draft.promptFile: there is no file none.md")
        assert.strictEqual(lines.length, 3)
      })
    )
  )
})

describe("atBeginning", () => {
  it.effect("has the workflow of a project from the folder of its file", () =>
    inProject(
      { "stepwright.yaml": "workspace: made", "sub/x": "" },
      Effect.gen(function* () {
        assert.strictEqual(yield* withConfiguration(atBeginning("out", undefined)), "made")
        assert.strictEqual(yield* withConfiguration(atBeginning("out", "told")), "told")
      })
    )
  )
})
