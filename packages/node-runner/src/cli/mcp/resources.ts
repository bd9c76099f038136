// What a client can read of runs: how they stand, reports, what models were asked and replied, files.

import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import * as acts from "../act/acts.ts"
import * as looks from "../act/looks.ts"
import { problemIn } from "../act/problems.ts"
import * as runFolder from "../run/runFolder.ts"
import * as listing from "../view/listing.ts"
import * as standingNow from "../view/standingNow.ts"

const root = "stepwright://runs"

const json = "application/json"

interface Template<E, R> {
  /** The names in its address, the run's before all. */
  readonly names: readonly ["run", ...ReadonlyArray<string>]
  /** What its address has after the run: `/prompts/{path}`. */
  readonly rest: string
  readonly name: string
  readonly description: string
  readonly mimeType: string
  readonly read: (run: string, name: string) => Effect.Effect<string, E, R>
}

const template = <E, R>(self: Template<E, R>) => self

const asked = (what: "prompt" | "reply", rest: string, description: string) =>
  template({
    names: ["run", "path"],
    rest,
    name: `A ${what}`,
    description: `${description}, whose path is percent-encoded.`,
    mimeType: "text/plain",
    read: (run, path) => looks.askedAt(run, path, what)
  })

const templates = [
  template({
    names: ["run"],
    rest: "",
    name: "A run",
    description: "How a run stands, each step of it, as runs_status says it.",
    mimeType: json,
    read: (run) => Effect.map(looks.standingOf(run), (found) => JSON.stringify(standingNow.toJson(found), null, 2))
  }),
  template({
    names: ["run"],
    rest: "/report",
    name: "A report",
    description: "What came of a run: the report.md that it delivered, or else what a person reads of it.",
    mimeType: "text/markdown",
    read: (run) => Effect.map(looks.reportOf(run), ({ document, text }) => document ?? text)
  }),
  asked("prompt", "/prompts/{path}", "What a model was asked last at a step"),
  asked("reply", "/replies/{path}", "What a model replied last at a step"),
  template({
    names: ["run", "file"],
    rest: "/files/{file}",
    name: "A file",
    description: "The text of a file that a run delivered, whose path is percent-encoded, as it is by now.",
    mimeType: "text/plain",
    read: Effect.fnUntraced(function* (run, file) {
      const { self, settings } = yield* looks.standingOf(run)
      return yield* looks.fileOf(self.result.files, settings.out, file)
    })
  })
]

const contents = (uri: string, mimeType: string, text: string): McpSchema.ReadResourceResult => ({
  contents: [{ uri, mimeType, text }]
})

/** What went wrong, in the words of commands. */
const told = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.catchCause(self, (cause) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.interrupt
      : Effect.fail(new McpSchema.InternalError({ message: problemIn(cause).message }))
  )

/** So many values are proposed for a name at most. */
const mostProposed = 100

/** Registers them all; what they need besides what a request brings is there now. */
export const register = Effect.gen(function* () {
  const server = yield* McpServer.McpServer
  const services = yield* Effect.context<never>()
  const shown = { annotations: Context.empty(), services }
  const here = <A, E>(self: Effect.Effect<A, E, unknown>) => self as Effect.Effect<A, E>
  yield* server.addResource({
    ...shown,
    resource: new McpSchema.Resource({
      uri: root,
      name: "Runs",
      description: `The runs of the folder, the last used first; each is at ${root}/RUN.`,
      mimeType: json
    } as never),
    handle: here(told(Effect.map(listing.entries, ({ found }) => contents(root, json, JSON.stringify(found, null, 2)))))
  })
  const run = (begun: string) =>
    here(
      Effect.map(told(runFolder.all), (ids) => {
        const fitting = ids.filter((id) => id.startsWith(begun))
        const values = fitting.slice(0, mostProposed)
        return { completion: { values, total: fitting.length, hasMore: fitting.length > values.length } }
      })
    )
  for (const { description, mimeType, name, names, read, rest } of templates) {
    const place = (at: (name: string) => string) =>
      names.reduce((text, one) => text.replace(`{${one}}`, at(one)), `{run}${rest}`)
    yield* server.addResourceTemplate({
      ...shown,
      template: new McpSchema.ResourceTemplate({
        uriTemplate: `${root}/${place((one) => `{${one}}`)}`,
        name,
        description,
        mimeType
      } as never),
      // a colon of its own stands for itself when it is twice
      routerPath: `${root.replace(":", "::")}/${place((one) => `:${names.indexOf(one)}`)}`,
      completions: { run },
      handle: (uri, [reference = "", other = ""]) =>
        here(
          told(
            Effect.gen(function* () {
              const id = yield* acts.runOf(reference)
              return contents(uri, mimeType, yield* read(id, other))
            })
          )
        )
    })
  }
})
