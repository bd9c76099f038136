import type { Judgement } from "@stepwright/steps/Attempt"
import type { Verification } from "@stepwright/steps/VerificationStep"
import type { History } from "../history.ts"
import type { Json } from "../json.ts"
import { join } from "../path.ts"
import { type Coding, isRecord, isVerification, outputAt, projectAt, type Project, projectOf } from "./coding.ts"
import { isRed } from "./links.ts"

// what was tried one after the other: what a change of the documents came to, and rounds of repair

type Outcome = Verification["tests"][number]["outcome"]

/** A test that did not pass before a round, or after it. */
export interface Trial {
  readonly test: string
  /** Nothing where the test was not there, or is not known of. */
  readonly before: Outcome | undefined
  readonly after: Outcome | undefined
  readonly judgement: Judgement | undefined
}

export interface Round {
  /** How an address names it: its number, or `change`. */
  readonly name: string
  /** The step that it is seen at. */
  readonly path: string
  readonly before: Project
  readonly after: Project
  /** What the tests showed before and after; nothing where they were not run. */
  readonly shown: { readonly before: Verification | undefined; readonly after: Verification | undefined }
  readonly trials: ReadonlyArray<Trial>
  /** Whether what it led to is delivered, once that is known. */
  readonly isKept: boolean | undefined
}

/** How many rounds of repair there may be. */
const atMost = 9

/** Where a round of repair is, if it has come to files. */
const repairAt = (history: History, at: string, number: number): string | undefined =>
  ["red", "no-verdict"]
    .map((way) => join(at, `result/${way}/rounds/${number}/round/try`))
    .find((path) => outputAt(history, join(path, "mended")) !== undefined)

/** All that was tried, in order. */
export const of = ({ at, report }: Coding, history: History): ReadonlyArray<Round> => {
  const rounds: Array<Round> = []
  let before = projectAt(history, at)
  let verification = verificationAt(history, join(at, "check"))
  const previous = isRecord(history.input) && at === "" ? projectOf(history.input["previous"]) : undefined
  if (before !== undefined && previous !== undefined) {
    const shown = { before: undefined, after: verification }
    const trials = trialsOf(shown, [])
    rounds.push({
      name: "change",
      path: join(at, "code"),
      before: previous,
      after: before,
      shown,
      trials,
      isKept: true
    })
  }
  for (let number = 1; number <= atMost; number++) {
    const path = repairAt(history, at, number)
    if (path === undefined) break
    const after = projectOf(outputAt(history, join(path, "mended")))
    if (before === undefined || after === undefined) break
    const shown = { before: verification, after: verificationAt(history, join(path, "verification")) }
    rounds.push({
      name: String(number),
      path: join(path, "mended"),
      before,
      after,
      shown,
      trials: trialsOf(shown, judgementsOf(outputAt(history, join(path, "judgements")))),
      isKept: report?.repair === undefined ? undefined : number <= report.repair.kept
    })
    before = after
    verification = shown.after
  }
  return rounds
}

const verificationAt = (history: History, path: string): Verification | undefined => {
  const output = outputAt(history, path)
  return isVerification(output) ? output : undefined
}

const judgementsOf = (value: Json | undefined): ReadonlyArray<Judgement> =>
  (Array.isArray(value) ? value : []).filter(
    (one): one is Json & Judgement =>
      isRecord(one) && typeof one["test"] === "string" && typeof one["fault"] === "string"
  )

/** The tests that were red before or after, or of which it was judged whose fault they are. */
const trialsOf = (shown: Round["shown"], judgements: ReadonlyArray<Judgement>): ReadonlyArray<Trial> => {
  const of = (verification: Verification | undefined) =>
    new Map(verification?.tests.map((result) => [result.test, result]))
  const [before, after] = [of(shown.before), of(shown.after)]
  const judged = new Map(judgements.map((judgement) => [judgement.test, judgement]))
  const red = [...before.values(), ...after.values()].flatMap((result) => (isRed(result) ? [result.test] : []))
  return [...new Set([...red, ...judged.keys()])].map((test) => ({
    test,
    before: before.get(test)?.outcome,
    after: after.get(test)?.outcome,
    judgement: judged.get(test)
  }))
}
