/* oxlint-disable no-await-in-loop -- one measurement after another */
// Processes that measure, in turn: one for each subject, rounds that alternate, and ratios of figures of one round.
import { fork } from "node:child_process"
import { once } from "node:events"
import { text } from "node:stream/consumers"

/** What a process measured, by name. */
export type Figures = Readonly<Record<string, number>>

/** A script that answers with figures, and its arguments. */
export type Command = readonly [script: string, ...args: ReadonlyArray<string>]

/** What each subject measured, round by round; one that could not be run has nothing. */
export type Measured<Name extends string> = Readonly<Record<Name, ReadonlyArray<Figures>>>

/** The keys of an object that has no others than its type says. */
export const namesOf = <Name extends string>(subjects: Readonly<Record<Name, unknown>>) =>
  Object.keys(subjects) as unknown as ReadonlyArray<Name>

const start = ([script, ...args]: Command) => {
  const child = fork(script, args, {
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "pipe", "ipc"]
  })
  const stderr = text(child.stderr!)
  let isDone = false
  const ended = once(child, "exit").then(async ([status]) => {
    if (!isDone) console.error(`${script} ${args.join(" ")} ended with status ${status}\n${await stderr}`)
    return undefined
  })
  return {
    /** What it says next; `undefined` where it ends before. */
    next: (): Promise<Figures | undefined> => Promise.race([once(child, "message").then(([said]) => said), ended]),
    ask: () => child.send("measure"),
    end: () => {
      isDone = true
      if (child.connected) child.disconnect()
      return ended
    }
  }
}

export interface Turns {
  /** How often the processes are started anew, as no two of the same subject are equally fast. */
  readonly launches?: number
  /** How often each process is measured. */
  readonly rounds?: number
}

/** Measures all subjects in each round, every other round the other way round. */
export const inTurn = async <Name extends string>(
  subjects: Readonly<Record<Name, Command | undefined>>,
  { launches = 2, rounds = 5 }: Turns = {}
): Promise<Measured<Name>> => {
  const names = namesOf(subjects)
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Array<Figures>>
  const failed = new Set<Name>()
  for (let launch = 0; launch < launches; launch++) {
    const running = new Map<Name, ReturnType<typeof start>>()
    for (const name of names) {
      const command = subjects[name]
      if (command === undefined || failed.has(name)) continue
      const process = start(command)
      if ((await process.next()) === undefined) failed.add(name)
      else running.set(name, process)
    }
    for (let round = 0; round < rounds; round++) {
      for (const [name, process] of round % 2 === 0 ? running : [...running].toReversed()) {
        if (failed.has(name)) continue
        const answer = process.next()
        process.ask()
        const figures = await answer
        if (figures === undefined) failed.add(name)
        else measured[name].push(figures)
      }
    }
    for (const process of running.values()) await process.end()
  }
  for (const name of failed) measured[name] = []
  return measured
}

/** What one process measures once. */
export const run = async (command: Command): Promise<Figures | undefined> =>
  (await inTurn({ it: command }, { launches: 1, rounds: 1 })).it[0]

export const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

export const least = (values: ReadonlyArray<number>): number => Math.min(...values)

/** The median of the ratios of a figure, each of two subjects in the same round. */
export const ratio = (one: ReadonlyArray<Figures>, other: ReadonlyArray<Figures>, figure: string): number | undefined =>
  one.length === 0 || other.length === 0
    ? undefined
    : median(one.map((figures, round) => figures[figure]! / other[round]![figure]!))

export const quotient = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? undefined : one / other

/** The least and the median of a figure, as a cell of a table. */
export const spread = (measured: ReadonlyArray<Figures>, figure: string): string => {
  const values = measured.map((figures) => figures[figure]!)
  return values.length === 0 ? "—" : `${least(values).toFixed(1)} / ${median(values).toFixed(1)}`
}
