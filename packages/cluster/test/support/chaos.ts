/* oxlint-disable no-await-in-loop -- one after the other */
// Workers in processes of their own, which are killed and stopped, a database that goes away, and what is there at the end.
import { PgClient } from "@effect/sql-pg"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql"
import { Engine, Journal, LlmClient } from "@stepwright/core"
import { Runs, SqlLimits } from "@stepwright/cluster"
import { flow, localModel, steps, usage } from "./flow.ts"
import { type Call, model } from "./model.ts"
import type { Postgres } from "./postgres.ts"
import { start, type WorkerProcess } from "./workers.ts"

export interface Plan {
  readonly workers: number
  readonly runs: number
  readonly seed: number
  /** How many workers are killed, and how long after each other. **Units** milliseconds */
  readonly kills: number
  readonly every: number
  /** How long a call takes, from and to. **Units** milliseconds */
  readonly latency: readonly [number, number]
  /** Options of the workers. */
  readonly options: object
  /** What all workers together may. */
  readonly limits?: { readonly concurrency: number; readonly maxTokens: number }
  /** What else is done, so long after the beginning. **Units** milliseconds */
  readonly faults?: ReadonlyArray<{ readonly at: number; readonly what: (self: Chaos) => Promise<void> }>
  /** What workers are told where the database is, unless the database itself. */
  readonly through?: string
  /** The program of the n-th worker, unless it is that of now. */
  readonly program?: (n: number) => string | undefined
  /** What else is in the environment of the n-th worker. */
  readonly environment?: (n: number) => Readonly<Record<string, string>>
}

export interface Chaos {
  readonly workers: ReadonlyArray<WorkerProcess>
  /** The runs that are under way, with the epochs of their owners. */
  readonly epochs: () => Promise<ReadonlyMap<string, number>>
  /** Those of a worker. */
  readonly runsOf: (worker: WorkerProcess) => Promise<ReadonlyArray<string>>
  /** Ends all workers, does something, and starts as many anew: what was asked since `from` may be asked again. **Units** milliseconds */
  readonly without: (from: number, what: () => Promise<void>) => Promise<void>
  /** Says that what a worker has on its way may be asked again: it is stopped for so long, or killed. **Units** milliseconds */
  readonly doom: (worker: WorkerProcess, millis?: number) => void
  /** Says that the ledger cannot be written to meanwhile: what is answered is on its way until it can. */
  readonly away: (what: () => Promise<void> | void) => Promise<void>
}

export interface Outcome {
  readonly seconds: number
  readonly calls: number
  /** Calls of what was asked before, and how many of these were answered before. */
  readonly repeats: number
  readonly answeredAgain: number
  readonly kills: number
  /** Kills that hit a worker with a call on its way. */
  readonly hits: number
  /** Calls that were on their way when their workers were killed or stopped. */
  readonly inFlight: number
  readonly claims: number
  /** What is not as it must be. */
  readonly problems: ReadonlyArray<string>
  readonly said: ReadonlyArray<string>
}

/** Numbers from 0 to 1, the same for the same seed. */
const random = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const wait = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** How long an answer may be on its way to the ledger, and after that was away: each connection may be cut off. **Units** milliseconds */
const onItsWay = 1000
const onItsWayAfter = 11_000

/** Stops a worker where it is for so long, and lets it go on. **Units** milliseconds */
export const stop =
  (millis: number) =>
  async ({ doom, workers: [worker] }: Chaos) => {
    if (worker === undefined) return
    worker.kill("SIGSTOP")
    doom(worker, millis)
    await wait(millis)
    worker.kill("SIGCONT")
  }

export const chaos = async (server: Postgres, database: string, plan: Plan): Promise<Outcome> => {
  const { every, kills, latency, limits, options, runs: count, seed, workers: size } = plan
  const next = random(seed)
  const url = server.url.replace(/postgres$/u, database)
  await Effect.runPromise(
    Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(`create database ${database}`)).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(server.url), maxConnections: 1 }))
    )
  )
  /** When processes were killed or stopped, and until when. */
  const doomed = new Map<number, Array<readonly [from: number, to: number]>>()
  const provider = await model(
    () => latency[0] + next() * (latency[1] - latency[0]),
    (pid) => !doomed.has(pid)
  )
  const layer = Layer.provideMerge(Runs.layer, PgClient.layer({ url: Redacted.make(url), maxConnections: 2 }))
  const run = <A, E>(work: Effect.Effect<A, E, Runs.Runs | SqlClient.SqlClient>) =>
    Effect.runPromise(Effect.scoped(Effect.provide(work, layer)) as Effect.Effect<A, E>)

  const problems: Array<string> = []
  const all: Array<WorkerProcess> = []
  const begin = () => {
    const environment = {
      DATABASE: plan.through ?? url,
      MODEL: provider.url,
      OPTIONS: JSON.stringify(options),
      ...(limits !== undefined && { LIMITS: JSON.stringify(limits) })
    }
    const worker = start({ ...environment, ...plan.environment?.(all.length) }, plan.program?.(all.length))
    all.push(worker)
    return worker
  }
  const ids = Array.from({ length: count }, (_, i) => `run-${seed}-${i}`)
  const workers = Array.from({ length: size }, begin)
  const began = performance.now()
  await run(
    Effect.gen(function* () {
      const runs = yield* Runs.Runs
      yield* Effect.forEach(ids, (run) => runs.submit(flow, run, { run }), { concurrency: 20, discard: true })
    })
  )

  const doom: Chaos["doom"] = ({ pid }, millis = Infinity) => {
    const from = performance.now()
    doomed.set(pid, [...(doomed.get(pid) ?? []), [from - onItsWay, from + millis + onItsWay]])
  }
  /** When the ledger could not be written to. */
  const outages: Array<readonly [from: number, to: number]> = []
  const away: Chaos["away"] = async (what) => {
    const from = performance.now()
    await what()
    outages.push([from, performance.now() + onItsWayAfter])
  }
  let forgotten: readonly [from: number, to: number] = [Infinity, -Infinity]
  const without: Chaos["without"] = async (from, what) => {
    for (const worker of workers) worker.kill("SIGKILL")
    await Promise.all(workers.map(({ ended }) => ended))
    forgotten = [from, performance.now()]
    await what()
    workers.splice(0, size, ...Array.from({ length: size }, begin))
  }
  const epochs = async () => {
    const rows = await run(
      Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe("select run, epoch::int from sw_run").values)
    )
    return new Map(rows.map(([run, epoch]) => [String(run), Number(epoch)]))
  }
  const runsOf = async ({ pid }: WorkerProcess) => {
    const all = await run(Effect.flatMap(Runs.Runs, ({ workers }) => workers))
    return all.find(({ about }) => about.pid === pid)?.runs ?? []
  }
  // one that cannot reach its database as it begins says so, and ends
  const areThere = Effect.map(
    Effect.flatMap(Runs.Runs, ({ workers }) => workers),
    ({ length }) => length >= size
  )
  while (!(await run(areThere))) await wait(100)
  const faults = (plan.faults ?? []).map(async ({ at, what }) => {
    await wait(at)
    await what({ workers, away, doom, epochs, runsOf, without })
  })
  let killed = 0
  let hits = 0
  const killing = (async () => {
    while (killed < kills) {
      await wait(every)
      // most hit one that has something on its way
      const isAimed = next() < 0.8
      const busy = () => workers.filter(({ pid }) => provider.inFlight(pid).length > 0)
      for (let waited = isAimed ? 0 : 10_000; busy().length === 0 && waited < 10_000; waited += 20) await wait(20)
      const among = isAimed && busy().length > 0 ? busy() : workers
      const worker = among[Math.floor(next() * among.length)]!
      const place = workers.indexOf(worker)
      if (provider.inFlight(worker.pid).length > 0) hits++
      doom(worker)
      worker.kill("SIGKILL")
      killed++
      workers[place] = begin()
    }
  })()

  const isDone = Effect.gen(function* () {
    const runs = yield* Runs.Runs
    const left = (yield* runs.list).filter(({ status }) => status === "QUEUED" || status === "RUNNING")
    return left.length === 0
  })
  await killing
  await Promise.all(faults)
  // the end of the wait is that of the test
  while (!(await run(isDone))) await wait(250)
  const seconds = (performance.now() - began) / 1000
  for (const worker of workers) worker.kill("SIGTERM")
  await Promise.all(workers.map(({ ended }) => ended))
  await provider.close()

  /** Whether a call was on its way when its process was killed or stopped: its answer was not there, or not in the ledger. */
  const isLost = ({ answered, came, pid }: Call) => {
    const [from, to] = forgotten
    if (came <= to && (answered === undefined || answered > from - onItsWay)) return true
    const times = doomed.get(pid) ?? []
    if (answered === undefined) return times.length > 0
    return times.some(([from, to]) => {
      const since = outages.filter(([began, ended]) => began < from && from < ended).map(([began]) => began - onItsWay)
      return Math.min(from, ...since) < answered && answered < to
    })
  }
  // what is there
  const claims = await run(
    Effect.gen(function* () {
      const runs = yield* Runs.Runs
      const sql = (yield* SqlClient.SqlClient).withoutTransforms()
      const asked = (statement: string) => sql.unsafe(statement).values
      const problem = (what: string) => (rows: ReadonlyArray<ReadonlyArray<unknown>>) => {
        for (const row of rows.slice(0, 5)) problems.push(`${what}: ${row.join(" ")}`)
      }
      yield* Effect.map(
        asked(`select run, seq, epoch from (
          select run, seq, epoch, lag(epoch) over (partition by run order by seq) as before from sw_event
        ) e where before > epoch`),
        problem("an epoch falls")
      )
      yield* Effect.map(
        asked(`select run, count(*) from sw_event group by run having count(*) <> max(seq) + 1 or min(seq) <> 0`),
        problem("there is a gap")
      )
      yield* Effect.map(
        asked(`select run, event::json ->> 'path', count(*) from sw_event where event like '{"_tag":"StepSucceeded"%'
          group by 1, 2, event::json -> 'fingerprint' ->> 'value' having count(*) > 1`),
        problem("a step succeeded twice")
      )
      const started = new Map(
        Array.from(
          yield* asked(`select run || ' ' || (event::json ->> 'path'), count(*)::int from sw_event
            where event like '{"_tag":"RequestStarted"%' group by 1`),
          ([key, n]) => [String(key), Number(n)] as const
        )
      )
      const seen = Map.groupBy(provider.calls, ({ path, run }) => `${run} ${path}`)
      for (const [key, { length }] of seen) {
        if ((started.get(key) ?? 0) < length)
          problems.push(`the ledger has ${started.get(key) ?? 0} of ${length} calls: ${key}`)
      }
      if (seen.size !== count * steps) problems.push(`${seen.size} steps were asked of ${count * steps}`)
      for (const [key, calls] of seen) {
        for (const call of calls.slice(0, -1)) {
          if (isLost(call)) continue
          const at = [call.answered, ...(doomed.get(call.pid) ?? []).flat()].map((time) => (time ?? Infinity) - began)
          problems.push(
            `asked again for nothing: ${key}, by when it was answered, and its worker doomed: ${at.map(Math.round).join(", ")} ms`
          )
        }
      }
      if (limits !== undefined) {
        if (provider.most() > limits.concurrency) problems.push(`${provider.most()} calls at a time`)
        const billed = provider.calls.length * (usage.input + usage.output)
        const { flying, held, recorded, unclear } = (yield* SqlLimits.read("money"))!
        const places = (yield* SqlLimits.read("places"))!.flying
        const all = [recorded.tokens, billed, recorded.tokens + unclear.tokens, limits.maxTokens]
        if (all.some((tokens, i) => i > 0 && tokens < all[i - 1]!))
          problems.push(`recorded, billed, with unclear, budget: ${all.join(", ")}`)
        if (flying + held.tokens + places > 0) problems.push(`${flying} calls are held, and ${places} places`)
      }
      const glances = yield* runs.list
      for (const { note, run, status } of glances) {
        if (status !== "COMPLETED") problems.push(`run ${run}: ${status} ${note ?? ""}`)
      }
      for (const id of ids) {
        const [mine, alone] = yield* Effect.all([
          Effect.flatMap(Engine.load(flow, id), (state) => Engine.output(flow, state)).pipe(
            Effect.provideService(Journal.Journal, runs.journal),
            Effect.orElseSucceed(() => undefined)
          ),
          Effect.provideService(Journal.Journal, Journal.makeMemory())(Engine.execute(flow, id))
        ]).pipe(Effect.provideService(LlmClient.LlmClient, localModel))
        if (mine?.h !== alone.h) problems.push(`run ${id} has another output`)
      }
      return Number((yield* asked("select sum(epoch - 1)::int from sw_run"))[0]?.[0])
    })
  )
  const again = [...Map.groupBy(provider.calls, ({ path, run }) => `${run} ${path}`).values()].flatMap((calls) =>
    calls.slice(0, -1)
  )
  return {
    seconds,
    calls: provider.calls.length,
    repeats: again.length,
    answeredAgain: again.filter(({ answered }) => answered !== undefined).length,
    kills: killed,
    hits,
    inFlight: provider.calls.filter(isLost).length,
    claims,
    problems,
    said: all.map(({ said }) => said())
  }
}
