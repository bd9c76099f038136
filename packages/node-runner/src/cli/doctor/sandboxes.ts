import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as bubblewrap from "../../internal/sandbox/bubblewrap.ts"
import * as pyodide from "../../internal/sandbox/pyodide.ts"
import * as python from "../../internal/sandbox/python.ts"
import { type Sandbox, standard } from "../../internal/services/testRunners.ts"
import { failed } from "../base/cliError.ts"
import { effective } from "../config/effective.ts"
import { answerTo, type Finding, limitOfPrograms, unanswered, type Unanswered } from "./finding.ts"

type Answer<A> = Result.Result<A, Unanswered>

const sought = <A, R>(place: Effect.Effect<A, python.Missing, R>) =>
  answerTo(
    Effect.mapError(place, ({ why }) => failed(why)),
    limitOfPrograms
  )

/** What it means for a run that there is no Python. */
const lackOfPython = (isNamed: boolean, sandbox: Sandbox) => {
  if (isNamed) return "no run begins, as one with it is asked for"
  if (sandbox === "auto" || sandbox === "pyodide") return "tests run in Pyodide, without pytest and without packages"
  return "no test can run"
}

const ofPython = (answer: Answer<python.Python>, isNamed: boolean, sandbox: Sandbox): ReadonlyArray<Finding> => {
  if (Result.isFailure(answer)) {
    const lack = {
      standing: isNamed ? "problem" : "note",
      means: lackOfPython(isNamed, sandbox),
      fix: "install Python 3.9 or newer, or name one with --python"
    } as const
    return [
      unanswered("python", answer.failure, lack),
      { name: "pytest", standing: "note", found: "not there without a Python", value: null }
    ]
  }
  const { executable, pytest, version } = answer.success
  const value = { version: version.join("."), executable }
  const lack = {
    means: "unittest runs the tests",
    fix: `where tests need pytest, install it for ${executable}, or name a Python that has it with --python`
  }
  return [
    { name: "python", standing: "ok", found: `${value.version} (${executable})`, value },
    pytest === null
      ? { name: "pytest", standing: "note", found: "not there", ...lack, value: null }
      : { name: "pytest", standing: "ok", found: pytest, value: { version: pytest } }
  ]
}

const ofSandbox = (name: string, identity: Answer<string>, lack: Pick<Finding, "means" | "fix">): Finding =>
  Result.match(identity, {
    onFailure: (why) => unanswered(name, why, { standing: "note", ...lack }),
    onSuccess: (found): Finding => ({ name, standing: "ok", found, value: { identity: found } })
  })

/** What is taken for the tests of a run. */
const ofTaken = (sandbox: Sandbox, identity: Answer<string>): Finding =>
  Result.match(identity, {
    onFailure: ({ why }): Finding => ({
      name: "sandbox",
      standing: "problem",
      found: `${sandbox}: ${why}`,
      means: "no test can run",
      fix: "name another with --sandbox, such as pyodide",
      value: null
    }),
    onSuccess: (found): Finding => ({
      name: "sandbox",
      standing: sandbox === "none" ? "note" : "ok",
      found: `${sandbox}: tests run in ${found}`,
      ...(sandbox === "none" && { means: "they can do all that you can, to your files too" }),
      value: { sandbox, identity: found }
    })
  })

/** What tests may run in, and what they run in here. */
export const sandboxes = Effect.gen(function* () {
  const settings = Result.getOrElse(yield* answerTo(effective({})), () => ({}))
  const { python: named, sandbox = standard }: { readonly python?: string; readonly sandbox?: Sandbox } = settings
  const [interpreter, made] = yield* Effect.all(
    [sought(python.locate(named)), sought(bubblewrap.make(named === undefined ? {} : { python: named }))],
    // one that hangs is waited for once
    { concurrency: "unbounded" }
  )
  const strong = Result.map(made, ({ identity }) => identity)
  const light = Result.map(
    yield* answerTo(
      Effect.mapError(pyodide.locate, () => failed("the package pyodide is not installed", { fix: "run npm install" }))
    ),
    ({ version }) => pyodide.nameOf(version)
  )
  const identities: Readonly<Record<Sandbox, Answer<string>>> = {
    bubblewrap: strong,
    pyodide: light,
    none: Result.map(interpreter, (found) => `none ${python.nameOf(found)}`),
    auto: Result.isFailure(strong) ? light : strong
  }
  return {
    section: "sandboxes",
    findings: [
      ...ofPython(interpreter, named !== undefined, sandbox),
      ofSandbox("bubblewrap", strong, {
        means: "no test runs in the strongest sandbox",
        fix: "on Linux, install bubblewrap 0.8 or newer and Python, and allow user namespaces"
      }),
      ofSandbox("pyodide", light, { means: "nothing runs tests where bubblewrap cannot" }),
      ofTaken(sandbox, identities[sandbox])
    ]
  }
})
