import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { nodeProblem } from "../../src/cli/start/nodeProblem.ts"
import { call, inFolder } from "../support/commandLine.ts"
import { saying } from "../support/saying.ts"

describe("commandLine", () => {
  it.effect("shows help for `help` and `help COMMAND` too", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* call(["help"]), yield* call(["--help"]))
      assert.deepStrictEqual(yield* call(["help", "run"]), yield* call(["run", "--help"]))
      assert.match((yield* call(["help", "run"])).out, /stepwright run requirement\.md/)
      const unknown = yield* call(["help", "frobnicate"])
      assert.deepStrictEqual([unknown.status, unknown.out], [2, ""])
      assert.match(unknown.err, /^stepwright: .*"frobnicate"/)
      assert.deepStrictEqual(yield* call(["help", "run", "doc.md"]), yield* call(["run", "--help"]))
      const set = yield* call(["help", "set"])
      assert.match(set.out, /stepwright set \[flags\] \[<RUN>\] <PATH> <FILE>/)
      assert.match(set.out, /RUN .*\(optional\)(.|\n)*PATH (?!.*optional)(.|\n)*FILE (?!.*optional)/)
      assert.match((yield* call(["ask", "help"])).err, /API key/)
    })
  )

  it.effect("shows help whatever stands beside `help`", () =>
    Effect.gen(function* () {
      const root = yield* call(["--help"])
      for (const rest of [["help"], ["--json"], ["--debug"], ["help", "--json"], ["-h"]]) {
        assert.deepStrictEqual(yield* call(["help", ...rest]), root, rest.join(" "))
      }
      const prune = yield* call(["cassette", "prune", "--help"])
      assert.deepStrictEqual(yield* call(["help", "cassette", "prune"]), prune)
      assert.deepStrictEqual(yield* call(["help", "run", "extra", "--json"]), yield* call(["run", "--help"]))
      assert.deepStrictEqual(yield* call(["help", "cassette", "extra"]), yield* call(["cassette", "--help"]))
    })
  )

  it.effect("tells what is misspelt, twice or without a value in whole sentences", () =>
    Effect.gen(function* () {
      const first = (...args: ReadonlyArray<string>) => Effect.map(call(args), ({ err }) => err.split("\n")[0])
      const unknown = yield* first("run", "--max-cals", "3")
      assert.strictEqual(
        unknown,
        "stepwright: Unrecognized flag: --max-cals in command stepwright run. Did you mean this? --max-calls"
      )
      assert.match(
        (yield* first("stat"))!,
        /Unknown subcommand "stat" for "stepwright"\. Did you mean this\? .*, status$/
      )
      assert.match((yield* first("run", "--frobnicate"))!, /in command stepwright run$/)
      for (const [flag, ...values] of [["--json"], ["--model", "m"], ["--max-calls", "3"], ["--out", "o"]]) {
        const twice = yield* first("run", "doc.md", flag!, ...values, flag!, ...values)
        assert.strictEqual(twice, `stepwright: ${flag} is given 2 times: give it once`)
      }
    })
  )

  it.effect("refuses an empty value with the name of what it is the value of", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "Say it.")
      for (const [name, ...args] of [
        ["--model", "run", "doc.md", "--model", ""],
        ["--model", "ask", "hello", "--model", " "],
        ["--out", "run", "doc.md", "--out", " "],
        ["--record", "ask", "hello", "--record", ""],
        ["--workflow", "run", "doc.md", "--workflow", ""],
        ["--input", "run", "--input", ""],
        ["--otlp", "run", "doc.md", "--otlp", ""],
        ["FILE", "run", ""],
        ["FILE", "import", " "],
        ["DIR", "verify", ""],
        ["FILE", "cassette", "migrate", ""],
        ["FOLDER", "cassette", "prune", "", "--run", "latest"]
      ] as const) {
        const { err, out, status } = yield* call(args)
        assert.deepStrictEqual([status, out], [2, ""], args.join(" "))
        assert.match(err, new RegExp(`^stepwright: ${name}\\b`), args.join(" "))
      }
      yield* call(["run", "doc.md"], saying())
      assert.match((yield* call(["show", ""], saying())).err, /^stepwright: "": no step has this path/)
    }).pipe(inFolder)
  )

  it.effect("refuses the root of a disk as a folder of its own", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "Say it.")
      for (const [flag, folder] of [
        ["--out", "/"],
        ["--out", "/tmp/.."],
        ["--record", "//"],
        ["--relay", "/."]
      ] as const) {
        const { err, status } = yield* call(["run", "doc.md", flag, folder], saying())
        assert.strictEqual(status, 2, err)
        assert.match(err, new RegExp(`^stepwright: ${flag} names ${folder}, which is the root`))
      }
    }).pipe(inFolder)
  )

  it.effect("says with every error of usage what to do, and has no fix that says nothing", () =>
    Effect.gen(function* () {
      writeFileSync("doc.md", "Say it.")
      yield* call(["run", "doc.md"], saying())
      for (const args of [
        ["run", "a", "b"],
        ["run", "--input", "1"],
        ["run", "--input", "{"],
        ["show", "latest", "last", "--prompt", "--reply"],
        ["show", "each/c"],
        ["import", "doc.md"],
        ["set", "first"],
        ["verify", "nowhere"],
        ["cassette", "migrate", "none.json"],
        ["step", "nowhere"],
        ["ask", " "]
      ]) {
        const { err, out } = yield* call([...args, "--json"], saying())
        const { error } = JSON.parse(out) as { readonly error: Readonly<Record<string, unknown>> }
        assert.isString(error["fix"], `${args.join(" ")}: ${err}`)
        assert.isAbove(String(error["fix"]).length, 5)
      }
      const other = yield* call(["ask", "hello", "--json"])
      assert.notInclude(other.out, '"fix": null')
    }).pipe(inFolder)
  )

  it.effect("heads every error with its name", () =>
    Effect.gen(function* () {
      for (const args of [
        ["frobnicate"],
        ["run", "--frob"],
        ["--frob"],
        ["run", "--out"],
        ["run", "--sandbox", "docker"],
        ["ask"],
        ["run", "a", "b"],
        ["show", "x"],
        ["run", "none.md"]
      ]) {
        const { err, out, status } = yield* call(args)
        assert.deepStrictEqual([status, out], [2, ""], args.join(" "))
        assert.match(err, /^stepwright: \S/, args.join(" "))
        assert.isAtMost(err.trimEnd().split("\n").length, 2)
      }
    }).pipe(inFolder)
  )

  it.effect("says of a number what it must be", () =>
    Effect.gen(function* () {
      for (const [flag, value, message] of [
        ["--max-usd", "-1", "must be 0 or more"],
        ["--max-usd", "NaN", "must be a number"],
        ["--max-usd", "1e999", "must be a number"],
        ["--max-usd", "two", "must be a number"],
        ["--max-calls", "-1", "must be 0 or more"],
        ["--max-calls", "1.5", "must be a whole number"],
        ["--max-tokens", "-3", "must be 0 or more"],
        ["--max-tokens", "9e99", "must be a whole number"],
        ["--max-output-tokens", "0", "must be 1 or more"],
        ["--temperature", "-0.1", "must be 0 or more"],
        ["--reasoning", "much", "must be none, minimal, low, medium, high or xhigh"],
        ["--structured-output", "yes", "must be strict, json or instructions"]
      ] as const) {
        const { err, status } = yield* call(["run", "doc.md", flag, value])
        assert.strictEqual(status, 2, flag)
        assert.strictEqual(err.split("\n")[0], `stepwright: ${flag} ${value}: it ${message}`)
      }
    })
  )

  it.effect("refuses what asks nothing", () =>
    Effect.gen(function* () {
      writeFileSync("blank.md", " \n")
      for (const args of [
        ["run", "blank.md"],
        ["run", "--input", "blank.md"],
        ["import", "blank.md"],
        ["ask", " "]
      ]) {
        const { err, status } = yield* call(args, saying())
        assert.strictEqual(status, 2, args.join(" "))
        assert.match(err, /^stepwright: .* (is|are) blank/)
      }
      yield* call(["run", "--input", '{"text":"x"}'], saying())
      assert.match((yield* call(["set", "first", "blank.md"], saying())).err, /^stepwright: blank\.md is blank/m)
    }).pipe(inFolder)
  )

  it("names the Node that it needs where an older one runs it", () => {
    assert.match(nodeProblem("20.20.2")!, /needs Node\.js 22\.19 or newer, this is v20\.20\.2/)
    assert.isString(nodeProblem("22.18.0"))
    for (const version of ["22.19.0", "23.0.0", "24.21.0"]) assert.isUndefined(nodeProblem(version))
  })

  it.effect("verifies the files of the run that was used last where no folder is named", () =>
    Effect.gen(function* () {
      const none = yield* call(["verify"])
      assert.strictEqual(none.status, 2)
      assert.match(none.err, /there are no runs here/)
      yield* call(["run", "--input", '{"text":"x"}'], saying())
      for (const args of [["verify"], ["verify", "latest"]]) {
        const { err } = yield* call(args, saying())
        assert.match(err, /^run \S+: out\/saying\n/)
        assert.match(err, /out\/saying is no folder that can be read/)
      }
    }).pipe(inFolder)
  )

  it.effect("takes no letters of a word that begins with - for flags, and says how to write it", () =>
    Effect.gen(function* () {
      writeFileSync("-dash.md", "Say it.")
      for (const args of [
        ["run", "-dash.md"],
        ["run", "-vx.md"],
        ["ask", "-hello world"],
        ["-hv"],
        ["status", "-html"],
        ["run", "doc.md", "--out", "-h2"]
      ]) {
        const { err, out, status } = yield* call(args, saying())
        assert.deepStrictEqual([status, out], [2, ""], args.join(" "))
        assert.match(err, /^stepwright: .*-\w.* is no flag: .*\.\/-\w.* (--|-- -)/, args.join(" "))
      }
      for (const args of [
        ["run", "--", "-dash.md"],
        ["run", "./-dash.md"]
      ]) {
        assert.strictEqual((yield* call(args, saying())).status, 0, args.join(" "))
      }
      assert.deepStrictEqual(yield* call(["run", "-h"]), yield* call(["run", "--help"]))
      assert.match((yield* call(["run", "doc.md", "--max-usd", "-1"])).err, /must be 0 or more/)
    }).pipe(inFolder)
  )
})
