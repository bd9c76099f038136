import { Buffer } from "node:buffer"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as ServerApi from "../../ServerApi.ts"
import * as looks from "../act/looks.ts"
import { questionsIn } from "../act/questions.ts"
import { version } from "../base/version.ts"
import { priced } from "../go/lastCost.ts"
import * as runFolder from "../run/runFolder.ts"
import * as stores from "../run/store/stores.ts"
import * as standingNow from "../view/standingNow.ts"
import type { Held } from "./held.ts"
import * as lines from "./lines.ts"
import * as secrets from "./secrets.ts"

const byteLength = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

/** Addresses as the page asks for them. */
const part = encodeURIComponent

/**
 * All that a server would say of a run to who only looks, as it is by now, without secrets. The answers are by path; what
 * is asked for later are texts among the lines.
 */
export const gather = Effect.fnUntraced(function* (run: string, hasTexts: boolean) {
  const isLive = yield* runFolder.isLive(run)
  const { events, state } = yield* runFolder.load(run)
  const textOf = yield* (yield* stores.of(run)).texts(run)
  const about = yield* standingNow.about(run, state)
  const found = yield* standingNow.at(about, { events, isLive, state })
  const { loaded, settings } = about

  let redacted = 0
  const find = yield* secrets.scrub(settings)
  const scrub = (text: string): string => {
    const clean = find(text)
    if (clean !== text) redacted++
    return clean
  }
  const made = lines.make(scrub)
  for (const event of events) made.addEvent(event, textOf)

  const id = scrub(run)
  const own = `/runs/${part(id)}`
  /** What is held besides lines of its own, and left out with all texts, but for errors. */
  const besides: Array<Held> = events.flatMap(lines.errorsBefore)
  const answers = new Map<string, unknown>()
  const later = new Map<string, number>()

  const server: typeof ServerApi.Server.Type = { version: version(), isReadOnly: true, maxUsd: null, maxStarts: 0 }
  answers.set("/server", server)
  const standing = standingNow.toJson(found)
  besides.push(...standing.notes.map(({ text }): Held => ({ kind: "note", of: "", bytes: Buffer.byteLength(text) })))
  const { config, undecided = [] } = standing
  answers.set(own, {
    ...standing,
    ...(!hasTexts && {
      notes: [],
      undecided: undecided.map(({ question: _question, ...gate }) => gate),
      ...(config && { config: lines.withoutTexts(config) })
    })
  })
  const details = loaded && (yield* looks.detailsOf(loaded))
  if (details !== undefined) {
    answers.set(`/workflows/${part(scrub(state.workflow))}`, {
      ...details,
      // what describes an input speaks of it
      ...(!hasTexts && { input: {}, definition: withoutTemplates(details.definition) })
    })
  }
  // what a run has of its own in place of what its workflow says counts as that
  const asksWith = [details, config].filter((one) => one !== undefined)
  if (asksWith.length > 0) {
    const bytes = asksWith.reduce((sum, one) => sum + byteLength(one), 0)
    besides.push({ kind: "workflow", of: state.workflow, bytes })
  }
  answers.set(`${own}/costs`, yield* looks.costs(run))
  const { plan } = found
  if (plan !== undefined && loaded !== undefined) {
    const costs = yield* priced({ run, events, settings, state }, plan)
    const bare = costs.map(({ question: _question, ...entry }) => entry)
    const print = (value: unknown) => JSON.stringify(lines.scrubbed(value, scrub))
    later.set(`${own}/plan`, made.addText(undefined, "", print(bare)))
    if (hasTexts) {
      const questions = questionsIn(loaded.workflow, plan, state)
      later.set(`${own}/gates`, made.addText(undefined, "", print(questions)))
    }
  }
  for (const { path } of found.self.result.files) {
    // what is no text any more cannot be shown either
    const text = yield* Effect.option(looks.fileOf(found.self.result.files, settings.out, path))
    if (text._tag === "Some") later.set(`${own}/file?path=${part(scrub(path))}`, made.addText("file", path, text.value))
  }
  return {
    run: id,
    at: yield* Clock.currentTimeMillis,
    lines: made.lines,
    besides,
    answers: Array.from(answers, ([path, answer]) => [path, lines.scrubbed(answer, scrub)] as const),
    texts: Object.fromEntries(later),
    redacted
  }
})

/** What describes a workflow, less what it asks with. */
const withoutTemplates = (definition: object): unknown =>
  JSON.parse(JSON.stringify(definition, (key, value) => (key === "model" && typeof value === "object" ? {} : value)))
