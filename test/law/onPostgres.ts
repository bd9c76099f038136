import { Effect, Layer } from "effect"
import { Journal } from "@stepwright/core"
import { SqlJournal } from "@stepwright/cluster"
import { emptyAt } from "../../packages/cluster/test/support/database.ts"
import { postgres } from "../../packages/cluster/test/support/postgres.ts"
import { holds } from "./law.ts"

/** The journal with nothing in it: its runs have names of their own in the database. */
const emptied = (journal: Journal.Service, place: number): Journal.Service => {
  const of = (run: string) => `${place}-${run}`
  return {
    append: (run, event) => journal.append(of(run), event),
    load: (run) => journal.load(of(run)),
    size: (run) => journal.size(of(run)),
    putText: (run, hash, text) => journal.putText(of(run), hash, text),
    getText: (run, hash) => journal.getText(of(run), hash)
  }
}

/** The law for so many seeds, with a journal on a PostgreSQL of its own; gives how many cases there were. */
export const holdsOnPostgres = async (seeds: number): Promise<number> => {
  const server = await postgres()
  let count = 0
  const all = Effect.gen(function* () {
    const client = yield* emptyAt(server.url)
    const context = yield* Layer.build(Layer.provide(SqlJournal.layer, client))
    const journal = yield* Effect.provideContext(Effect.service(Journal.Journal), context)
    const emptyJournal = Effect.sync(() => emptied(journal, count++))
    return yield* Effect.promise(() => holds(70_001, seeds, { emptyJournal }))
  })
  try {
    const { sum } = await Effect.runPromise(Effect.scoped(all))
    return sum.cases
  } finally {
    await server.stop()
  }
}
