// Runs cases and holds them against the oracle.

import { isDeepStrictEqual } from "node:util"
import { Effect, Exit } from "effect"
import { Engine, Journal, LlmClient, ResultCache, StepPath, WorkflowEvent, WorkflowState } from "@stepwright/core"
import { assert } from "@effect/vitest"
import * as NodeHasher from "@stepwright/node-runner/NodeHasher"
import { seeded } from "../replies/random.ts"
import * as caching from "./caching.ts"
import type { Stock } from "./caching.ts"
import { type Case, edited, formOf, type Hand, isHand } from "./cases.ts"
import { input as anInput } from "./program/generate.ts"
import {
  forget,
  held,
  isHeld,
  keptIn,
  leftIn,
  makeKnown,
  mayTake,
  mayWant,
  originsOf,
  ownIn,
  pairsOf,
  recorded,
  type Events,
  type Kept
} from "./kept.ts"
import * as model from "./model.ts"
import * as oracle from "./oracle.ts"
import { build, type Program } from "./program/print.ts"
import type { Nest } from "./program/program.ts"
import type { Done } from "./report.ts"
import { decision, show } from "./program/words.ts"

type State = WorkflowState.WorkflowState

const run = "r"

/** What it showed when a run went on. */
export interface Outcome {
  /** What the model was asked when the run went on last. */
  readonly asked: ReadonlyArray<string>
  readonly output: unknown
  /** The edits and the things done by hand that had something to change. */
  readonly made: ReadonlyArray<string>
  readonly program: Nest
  /** Places whose result was there, those of them that had it from another path, and those that asked. */
  readonly reused: number
  readonly moved: number
  /** Those that had it from the cache. */
  readonly cached: number
  /** Those of the places whose result was there that have a failure, and those of these that had it from another path. */
  readonly failures: number
  readonly movedFailures: number
  readonly ran: number
  /** Those that asked although there was a result, which was kept for a place whose input was not known yet. */
  readonly excess: number
  /** Those of which `plan` said that they run, and which came to such a result after all. */
  readonly late: number
}

/** As `assert.deepStrictEqual`, which takes long for what is equal. */
const same = (actual: unknown, expected: unknown, what?: string) => {
  if (!isDeepStrictEqual(actual, expected)) assert.deepStrictEqual(actual, expected, what)
}

const sorted = (texts: Iterable<string>) => [...texts].toSorted()

/** How a run went that was suspended for decisions, and went on with them. */
interface Went extends Pick<Engine.RunOutcome<unknown, unknown>, "ending" | "ran" | "cached" | "reused" | "state"> {
  readonly decided: ReadonlyArray<string>
  /** How it stood when it was suspended. */
  readonly suspended: ReadonlyArray<State>
  /** What the cache had when it began. */
  readonly stock: Stock
}

const isIn = (ways: ReadonlyArray<string>, path: string) =>
  ways.some((way) => path === way || path.startsWith(`${way}/`))

/** Whether what a place waits for hangs on a decision. */
const waits = (plan: ReadonlyMap<string, Engine.PlanEntry>, path: string): boolean => {
  const entry = plan.get(path)
  const reads = /^reads (.*)$/s.exec(entry?.why ?? "")?.[1]
  return entry?.action === "decide" || (reads !== undefined && reads !== path && waits(plan, reads))
}

/** What `plan` says of an answer that is there: the error that it is, and the path that it is moved from. */
const saidOf = (why: string) => {
  const [, error] = /^failed: (\w+), which is taken over/.exec(why) ?? []
  const [, from] = (error === undefined ? /^moved from (.*)$/s : /\(moved from (.*)\)$/s).exec(why) ?? []
  return { error, from }
}

/** Whether a path may be one of a place that waits for a decision in an item before it: nothing else is known of that. */
const hangs = (plan: ReadonlyArray<Engine.PlanEntry>, path: string): boolean => {
  const entries = new Map(plan.map((entry) => [entry.path, entry]))
  return plan.some(
    (entry) => entry.action === "perhaps" && StepPath.matches(entry.path, path) && waits(entries, entry.path)
  )
}

/** What a case runs with. */
export interface Around {
  readonly cache?: caching.Cache
  /** A journal that has nothing of the run. */
  readonly emptyJournal?: Effect.Effect<Journal.Service>
}

/**
 * Runs a case and holds it against the oracle; throws where they differ. `note` says how far it came. With a cache what
 * that has is asked by nobody.
 */
export const check = Effect.fnUntraced(function* (
  library: oracle.Library,
  it: Case,
  note: Done,
  { cache = caching.none(), emptyJournal = Effect.sync(Journal.makeMemory) }: Around = {}
) {
  const { asked, client, received } = model.make(it.samples)
  const known = cache.known ?? makeKnown()
  const texts = Journal.makeMemory()
  const using =
    (journal: Journal.Service) =>
    <A, E>(work: Effect.Effect<A, E, LlmClient.LlmClient>) =>
      work.pipe(
        Effect.provideService(Journal.Journal, journal),
        Effect.provideService(LlmClient.LlmClient, client),
        Effect.provideService(ResultCache.ResultCache, cache.service),
        Effect.provide(NodeHasher.layer)
      )
  /** A journal with these events, and all texts. */
  const journalOf = (events: Events): Effect.Effect<Journal.Service, Journal.JournalError> => {
    const { getText, putText } = texts
    return Effect.gen(function* () {
      const journal = { ...(yield* emptyJournal), getText, putText }
      yield* Effect.forEach(events, (event) => journal.append(run, event), { discard: true })
      return journal
    })
  }

  /** The requests of a place that runs: without what attempts which were cut off have left. */
  const requestsOf = (question: oracle.Question, left: ReadonlyArray<model.Received>) =>
    oracle
      .requestsOf(library, question)
      .filter((request, i) => !left.some((it) => it.turn === i + 1 && oracle.isSame(it.request, request)))
      .map(show)

  /** Holds a run that went on against the oracle. */
  const verify = (
    program: Nest,
    before: State,
    events: Events,
    done: Went,
    since: Events,
    foreseen: ReadonlyArray<oracle.Place>
  ) => {
    const { ending, state } = done
    assert(ending._tag === "Completed", show(ending))
    same(WorkflowEvent.fold([...events, ...since]), state, "the fold of the events")
    const { failed, output, places } = oracle.evaluate(library, program, before.input, recorded(state))
    // what a decision was not needed for was asked before it, though what the decision led to failed
    const earlier = done.suspended.flatMap(
      (state) => oracle.evaluate(library, program, before.input, recorded(state)).places
    )
    const reached = new Set(places.map(({ path }) => path))
    const spare = new Set<string>()
    // what it was about is known by the time that it is decided
    const latest = [...earlier.toReversed(), ...foreseen]
    const whole = latest.filter(({ question }) => question !== undefined)
    for (const place of [...whole, ...latest]) {
      const { isDoubted, path } = place
      if (!isDoubted || reached.has(path) || ![...done.ran, ...done.cached, ...done.decided].includes(path)) continue
      reached.add(path)
      spare.add(path)
      places.push(place)
    }
    same(JSON.parse(show(ending.output)), JSON.parse(show(output)), "the output by what is recorded")
    const kept = keptIn(known, before)
    const own = ownIn(kept)
    const origins = originsOf(kept, since)
    // what was moved while it ran is there when it is asked for
    const movedReplies = since.filter(({ _tag }) => _tag === "RepliesMoved")
    const left = leftIn(received.slice(0, received.length - asked.length), [...events, ...movedReplies])
    const wanted: Array<string> = []
    const ran: Array<oracle.Place & { readonly question: oracle.Question }> = []
    const paths = { ran: [] as Array<string>, cached: [] as Array<string>, reused: [] as Array<string> }
    const used = new Set<Kept>()
    const sum = { moved: 0, failures: 0, movedFailures: 0 }
    for (const place of places) {
      const { isShared, path, question } = place
      const record = state.records[path]
      const sharedWith = record?.same
      // no decision is wanted in what failed
      if (isIn(failed, path) && record?.result === undefined) {
        if (question === undefined || (question.step.tag === "Gate" && sharedWith === undefined)) continue
      }
      assert(question !== undefined, path)
      if (isShared && before.records[path]?.renew !== true)
        assert.notInclude(done.ran, path, "what an earlier round asked")
      if (sharedWith !== undefined) {
        assert(isShared && record?.result === undefined, `${path} shares what it does not ask`)
        paths.reused.push(path)
        continue
      }
      const [answer] = record === undefined ? [] : WorkflowEvent.answersOf(record)
      if (answer === undefined) {
        assert(spare.has(path), `${path} has no answer`)
        if (done.cached.includes(path)) {
          paths.cached.push(path)
          continue
        }
        // it has left for a place that asks the same
        if (!done.decided.includes(path)) paths.ran.push(path)
        wanted.push(...requestsOf(question, left.get(path) ?? []))
        continue
      }
      assert(answer === (record?.result ?? record?.error), path)
      known.learn(answer.fingerprint.value, question, path)
      const its = own.get(path)
      if (done.cached.includes(path)) {
        assert(its === undefined || !isHeld(place, its), `${path} has a result of its own, and takes one of the cache`)
        caching.checkServed(done.stock, place, answer)
        paths.cached.push(path)
        continue
      }
      const from = done.reused.includes(path) ? origins(path, answer) : undefined
      if (its !== undefined && isHeld(place, its)) assert.strictEqual(from, its, `${path} has a result of its own`)
      if (from !== undefined) {
        assert(!used.has(from), `${path}: the result of ${from.path} is used twice`)
        used.add(from)
        same(answer, from.answer, path)
        assert.strictEqual(from.question.key, question.key, `${path} takes what answers something else`)
        const mayHave = from.path === path || mayTake(program, place, from)
        assert(mayHave, `${path} takes the result of ${from.path}`)
        const isMoved = from !== its
        if (isMoved) sum.moved++
        if ("tag" in answer) {
          sum.failures++
          if (isMoved) sum.movedFailures++
        }
        paths.reused.push(path)
        continue
      }
      if (done.reused.includes(path)) {
        // what was made meanwhile at a place that was not come by after all
        const isMoved = since.some(
          (event) => event._tag === "ResultMoved" && event.to === path && spare.has(event.from)
        )
        assert(isMoved, `${path} has what nobody made`)
        paths.reused.push(path)
        continue
      }
      if (!done.decided.includes(path)) paths.ran.push(path)
      ran.push({ ...place, question })
      wanted.push(...requestsOf(question, left.get(path) ?? []))
      const made = oracle.madeOf(library, question)
      if ("tag" in answer || made instanceof oracle.Failed) {
        assert(made instanceof oracle.Failed && "tag" in answer && answer.tag === made.tag, `${path} fails`)
        continue
      }
      assert.strictEqual(answer.by, { Ask: "model", Code: "code", Gate: "decision" }[question.step.tag], path)
      if (!it.samples || question.request === undefined) same(answer.output, made, path)
    }
    same(sorted(asked), sorted(wanted), "what the model was asked")
    const idle = [...left].flatMap(([path, replies]) => {
      const question = ran.find((it) => it.path === path)?.question
      const [opening] = question === undefined ? [] : oracle.requestsOf(library, question)
      return replies.filter(({ request, turn }) => turn === 1 && !(opening && oracle.isSame(request, opening)))
    })
    for (const { path, question } of ran) {
      const [opening] = oracle.requestsOf(library, question)
      if (opening === undefined || before.records[path]?.renew === true || !asked.includes(show(opening))) continue
      const free = idle.find(({ request }) => show(request) === show(opening))
      assert(free === undefined, `${path} asks, and there is a reply, of ${free?.path}`)
    }
    same(sorted(done.ran), sorted(paths.ran), "what ran")
    same(sorted(done.reused), sorted(paths.reused), "what was reused")
    same(sorted(done.cached), sorted(paths.cached), "what came from the cache")
    caching.checkLeast(done.stock, known, { before, after: state, since, ran })
    return { failed, output, ran, unused: kept.filter((it) => !used.has(it)), sum }
  }

  /** What `plan` says, held against the oracle: the places, as far as they are known. */
  const verifyPlan = (program: Nest, state: State, plan: ReadonlyArray<Engine.PlanEntry>) => {
    const entries = new Map(plan.map((entry) => [entry.path, entry]))
    const isShared = (entry: Engine.PlanEntry) => entry.why.startsWith("as in ")
    const isMoved = (entry: Engine.PlanEntry) => entry.action === "reuse" && !isShared(entry) && !caching.isTold(entry)
    // which of several answers it is, plan does not tell
    if (it.samples && plan.some(caching.isTold)) return undefined
    const kept = keptIn(known, state)
    const own = ownIn(kept)
    const originOf = ({ path, why }: Engine.PlanEntry, question: oracle.Question | undefined) => {
      const { from = path } = saidOf(why)
      return kept.find((it) => it.path === from && it.question.key === question?.key)
    }
    const { failed, places: seen } = oracle.evaluate(library, program, state.input, ({ path, question, takes }) => {
      const entry = entries.get(path)
      if (question === undefined || entry?.action !== "reuse") return oracle.hole
      if (isShared(entry)) return oracle.share
      if (caching.isTold(entry)) return caching.outputOf(cache.stock, known, question)
      const from = originOf(entry, question)
      assert(from !== undefined, `plan: ${path} takes what answers something else`)
      const { error } = saidOf(entry.why)
      if (!("tag" in from.answer)) {
        assert.isUndefined(error, `plan: ${path} fails`)
        return from.answer.output
      }
      assert(from.answer.tag === error && takes.has(error), `plan: ${path} fails`)
      return new oracle.Failed(error)
    })
    // no decision is wanted in what failed
    const isMoot = ({ path }: oracle.Place) => isIn(failed, path) && entries.get(path) === undefined
    // an item waits for a decision in one that it depends on, also where it does not read of it, and so do items in it
    const isAnyOf = (path: string) => (entry: Engine.PlanEntry) =>
      entry.path.includes("*") && StepPath.matches(entry.path, path)
    const places = seen
      .filter((place) => !isMoot(place))
      .map((place) => {
        const entry = entries.get(place.path) ?? plan.find(isAnyOf(place.path))
        return entry?.action === "perhaps" && waits(entries, entry.path)
          ? { ...place, path: entry.path, question: undefined, open: true }
          : place
      })
    const paths = new Set(places.map(({ path }) => path))
    const told = plan.filter(({ path }) => paths.has(path) || !waits(entries, path))
    same(sorted(told.map(({ path }) => path)), sorted(paths), "what plan tells of")
    const used = new Set<Kept | undefined>()
    for (const place of places) {
      const { path, question } = place
      const entry = entries.get(path)!
      assert.strictEqual(entry.action === "perhaps", question === undefined, `perhaps ${path}`)
      const its = own.get(path)
      const from = isMoved(entry) ? originOf(entry, question) : undefined
      if (its !== undefined && isHeld(place, its)) {
        assert.strictEqual(from, its, `plan: ${path} has a result of its own`)
      }
      if (from !== undefined) {
        assert(!used.has(from), `plan: the result of ${from.path} is used twice`)
        used.add(from)
      }
    }
    const first = oracle.evaluate(library, program, state.input, held(kept)).places
    const isKnown = [...first, ...places].every(
      ({ open, path, question, waits }) =>
        question !== undefined && !open && !waits && state.records[path]?.renew !== true
    )
    if (isKnown) {
      const moved = new Map(
        places.flatMap(({ path, question }) => {
          const entry = entries.get(path)!
          const from = isMoved(entry) ? originOf(entry, question) : undefined
          return from === undefined || from === own.get(path) ? [] : [[path, from.path]]
        })
      )
      for (const [to, from] of pairsOf(program, first, kept)) assert.strictEqual(moved.get(to), from, `${to} is moved`)
    }
    // a place that was known before the item around it turned out to wait may have it by now
    const isTaken = (it: Kept) =>
      places.some(
        ({ path, question, step }) =>
          question === undefined && waits(entries, path) && oracle.partsOf(step) === oracle.partsOf(it.question.step)
      )
    const unused = kept.filter(
      (it) => !used.has(it) && !places.some((place) => mayWant(place, it)) && !hangs(plan, it.path)
    )
    for (const place of places) {
      const { open, path, question } = place
      if (
        question === undefined ||
        open ||
        entries.get(path)!.action === "reuse" ||
        state.records[path]?.renew === true
      )
        continue
      const free = unused.find((it) => it.question.key === question.key && mayTake(program, place, it) && !isTaken(it))
      assert.isUndefined(free?.path, `plan: ${path} runs, and there is a result`)
    }
    return places
  }

  /** Runs until nobody has to decide anything any more. */
  const go = Effect.fnUntraced(function* (journal: Journal.Service, workflow: Program, from: State) {
    const ran: Array<string> = []
    const decided: Array<string> = []
    const suspended: Array<State> = []
    const cached: Array<string> = []
    const stock: Stock = new Map(cache.stock)
    let state = from
    for (;;) {
      const { undecided, ...done } = yield* using(journal)(Engine.run(workflow, state))
      ran.push(...done.ran)
      cached.push(...done.cached)
      const made = new Set([...ran, ...cached, ...decided])
      const went: Went = {
        ...done,
        ran,
        cached,
        stock,
        decided,
        suspended,
        reused: done.reused.filter((path) => !made.has(path))
      }
      if (undecided.length === 0) return went
      assert.strictEqual(done.ending._tag, "Suspended")
      const plan = yield* using(journal)(Engine.plan(workflow, done.state))
      const waiting = plan.filter(({ action, path }) => action === "decide" && undecided.includes(path))
      same(sorted(undecided), sorted(waiting.map(({ path }) => path)), "what waits for a decision")
      state = done.state
      suspended.push(state)
      for (const { path, ...entry } of waiting) {
        const question = "question" in entry ? entry.question : undefined
        state = yield* using(journal)(Engine.decide(workflow, state, path, decision(question)))
        decided.push(path)
      }
    }
  })

  // a run from the start
  let journal = yield* journalOf([])
  let written = it.program
  let program = formOf(it, written)
  const before = build(program, it.isWired)
  const initial = yield* using(journal)(Engine.initialize(before, it.input, { run }))
  const fresh = yield* go(journal, before, initial)
  const [start, ...rest] = yield* journal.load(run)
  const first = verify(program, initial, [start!], fresh, rest, [])
  if (!it.samples) {
    const expected = oracle.evaluate(library, program, it.input, ({ question }) => oracle.madeOf(library, question!))
    same(first.output, expected.output, "the output of a run from the start")
  }
  // in another folder each place has what it had, unless a person took something out
  if (cache.first !== undefined && !it.stages.some(({ changes }) => changes.some(isHand))) {
    same(first.output, cache.first.output, "the output of a run that a cache answers")
  }
  cache.first ??= { output: first.output }

  const byHand: Array<Hand> = []
  const outcomes: Array<Outcome> = []
  for (const stage of it.stages) {
    let excess = 0
    let late = 0
    const before = byHand.length
    // of which something is left
    const all = yield* journal.load(run)
    const left = all.slice(0, Math.max(1, Math.ceil(stage.cut * all.length)))
    journal = yield* journalOf(left)
    forget(received, left)
    const change = edited(written, stage.changes)
    written = change.program
    program = formOf(it, written)
    const after = build(program, it.isWired)
    let state = WorkflowEvent.fold(left)!
    const acts: Done["stages"][number]["acts"] = []
    note.stages.push({ program, events: left.length, acts })

    // to which something is done by hand
    for (const { edit, seed } of stage.changes.filter(isHand)) {
      const random = seeded(seed)
      asked.length = 0
      if (edit === "another input") {
        const value = anInput(random)
        acts.push({ tag: "set", path: "input", value })
        state = yield* using(journal)(Engine.set(after, state, "input", value))
        byHand.push(edit)
        continue
      }
      const { places } = oracle.evaluate(library, program, state.input, ({ question }) =>
        oracle.madeOf(library, question!)
      )
      if (places.length === 0) continue
      const { path, step } = random.pick(places)
      const size = yield* journal.size(run)
      // nobody forces a person; by hand there are texts only
      if (step.tag === "Gate" ? edit === "force" : "gives" in step && edit !== "force") continue
      const text = `by hand ${random.int(2)}`
      const value = oracle.fits(step, text) ? text : { v: text }
      const exit = yield* Effect.exit(
        using(journal)(
          edit === "force"
            ? Effect.map(Engine.step(after, state, path, { force: true }), ({ state }) => state)
            : Engine.set(after, state, path, value)
        )
      )
      if (Exit.isFailure(exit)) {
        // nothing is done at a place that cannot be reached, where no result was moved away
        const foreseen = yield* using(journal)(Engine.plan(after, state))
        const reached = oracle.evaluate(library, program, state.input, recorded(state)).places
        const question = reached.find((place) => StepPath.matches(place.path, path))?.question
        if (!foreseen.some(({ why }) => why.includes("moved")))
          assert.isUndefined(question, `${edit} ${path}: ${exit.cause}`)
        assert.strictEqual(yield* journal.size(run), size)
        continue
      }
      const isDone = show(exit.value.records[path]) !== show(state.records[path])
      acts.push(edit === "force" ? { tag: "force", path } : { tag: "set", path, value })
      state = exit.value
      if (!isDone) continue
      const reached = oracle.evaluate(library, program, state.input, recorded(state)).places
      const question = reached.find((place) => StepPath.matches(place.path, path))?.question
      const { error, result } = state.records[path]!
      assert(question !== undefined, path)
      if (error !== undefined)
        assert(edit === "force" && oracle.madeOf(library, question) instanceof oracle.Failed, path)
      const made = error?.fingerprint ?? result?.fingerprint
      if (made !== undefined) known.learn(made.value, question, path)
      same(sorted(asked), sorted(edit === "force" ? requestsOf(question, []) : []), "what the model was asked, by hand")
      if (edit !== "force") same(result?.output, value)
      same(WorkflowEvent.fold(yield* journal.load(run)), state)
      byHand.push(edit)
    }

    // which goes on as it was foretold
    asked.length = 0
    const plan = yield* using(journal)(Engine.plan(after, state))
    const foreseen = verifyPlan(program, state, plan) ?? []
    const isCached = plan.some(caching.isTold)
    const isForeseen = !it.samples || !isCached
    const events = yield* journal.load(run)
    const done = yield* go(journal, after, state)
    same(asked.length > 0 && plan.every(({ action }) => action === "reuse"), false, "plan says that nothing is asked")
    const answers = asked.slice()
    const since = (yield* journal.load(run)).slice(events.length)
    const { failed, output, ran, sum, unused } = verify(program, state, events, done, since, foreseen)
    const open = new Set(foreseen.flatMap(({ isDoubted, open, path }) => (isDoubted || open ? [path] : [])))
    // what plan does not see yet may come first to what the cache has, and leaves the asking to others
    const isSure = plan.every(({ action }) => action !== "perhaps")
    for (const entry of plan) {
      const { action, path } = entry
      if (open.has(path) || (action === "decide" && isIn(failed, path))) continue
      // which of equal answers a place gets, one that moves or one of the cache, is for whoever comes first to say
      const isAnyOf = caching.isTold(entry) || entry.why.startsWith("moved from ")
      const holding = isAnyOf ? [...done.cached, ...done.reused] : done.reused
      // where it is not known which places a failure would keep it from, plan is held only where nothing runs
      const isHeld = isForeseen ? isSure || !caching.isTold(entry) : plan.every((other) => other.action === "reuse")
      if (action === "reuse" && isHeld) {
        assert.include(holding, path, "plan says reuse")
      }
      if (action === "perhaps" || action === "reuse" || [...done.ran, ...done.decided].includes(path)) continue
      if (!isForeseen || (isCached && !isSure)) continue
      // it came to a result that was kept for a place which, as it turned out, asked something else
      const record = done.state.records[path]
      const [answer] = record === undefined ? [] : WorkflowEvent.answersOf(record)
      const from = answer && originsOf(keptIn(known, state), since)(path, answer)
      assert(
        from !== undefined && (foreseen.some((place) => mayWant(place, from)) || hangs(plan, from.path)),
        `plan says run: ${path}`
      )
      late++
    }
    for (const path of done.ran) {
      const isOpen = (entry: Engine.PlanEntry) => entry.action !== "reuse" || (!isSure && caching.isTold(entry))
      const isForetold = plan.some((entry) => isOpen(entry) && StepPath.matches(entry.path, path))
      assert(isForetold, `${path} ran, and plan does not tell`)
    }
    // with the least work: whoever asked found nothing that was not kept for another
    const idle = new Set(unused)
    for (const place of ran) {
      const { path, question } = place
      if (state.records[path]?.renew === true) continue
      const free = [...idle].filter((it) => it.question.key === question.key && mayTake(program, place, it))
      const [first] = free
      if (first === undefined) continue
      idle.delete(first)
      const isKept =
        !isForeseen || free.every((it) => foreseen.some((place) => mayWant(place, it)) || hangs(plan, it.path))
      assert(isKept, `${path} asks, and there is a result: ${free.map(({ path }) => path).join()}`)
      excess++
    }
    if (!it.samples && !byHand.includes("a result set by hand")) {
      const expected = oracle.evaluate(library, program, state.input, ({ question }) =>
        oracle.madeOf(library, question!)
      )
      same(output, expected.output, "the output")
    }
    same(yield* WorkflowState.fromJson(WorkflowState.toJson(done.state)), done.state)

    // and is done then
    asked.length = 0
    const again = yield* using(journal)(Engine.run(after, done.state))
    same([asked, again.ran], [[], []], "a second run")
    outcomes.push({
      asked: answers,
      output,
      made: [...change.made, ...byHand.slice(before)],
      program,
      reused: done.reused.length,
      cached: done.cached.length,
      ...sum,
      ran: done.ran.length,
      excess,
      late
    })
  }
  return outcomes
})
