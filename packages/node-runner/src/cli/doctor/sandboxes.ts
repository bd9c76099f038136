import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as bubblewrap from "../../internal/sandbox/bubblewrap.ts"
import * as pyodide from "../../internal/sandbox/pyodide.ts"
import * as python from "../../internal/sandbox/python.ts"
import { type Sandbox, standard } from "../../internal/services/testRunners.ts"
import { failed } from "../base/cliError.ts"
import { effective } from "../config/effective.ts"
import { answerTo, type Finding, unanswered, type Unanswered } from "./finding.ts"

type Answer<A> = Result.Result<A, Unanswered>

const sought = <A, R>(place: Effect.Effect<A, python.Missing, R>) =>
  answerTo(Effect.mapError(place, ({ why }) => failed(why)))

const ofPython = (answer: Answer<python.Python>, isNamed: boolean): ReadonlyArray<Finding> => {
  if (Result.isFailure(answer)) {
    const lack = {
      standing: isNamed ? "problem" : "note",
      means: "tests run in Pyodide, without pytest and without packages",
      fix: "install Python 3.9 or newer, or name one with --python"
    } as const
    return [
      unanswered("python", answer.failure, lack),
      { name: "pytest", standing: "note", found: "not there, as there is no Python", value: null }
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
  const interpreter = yield* sought(python.locate(named))
  const strong = Result.map(
    yield* sought(bubblewrap.make(named === undefined ? {} : { python: named })),
    ({ identity }) => identity
  )
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
    // a run would wait for it as well
    auto: Result.isFailure(strong) && strong.failure.isLate !== true ? light : strong
  }
  return {
    section: "sandboxes",
    findings: [
      ...ofPython(interpreter, named !== undefined),
      ofSandbox("bubblewrap", strong, {
        means: "no test runs in the strongest sandbox",
        fix: "on Linux, install bubblewrap 0.8 or newer and Python, and allow user namespaces"
      }),
      ofSandbox("pyodide", light, { means: "nothing runs tests where bubblewrap cannot" }),
      ofTaken(sandbox, identities[sandbox])
    ]
  }
})
