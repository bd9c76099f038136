import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { configuration } from "../base/cliError.ts"
import * as output from "../base/output.ts"
import type { Words } from "../base/words.ts"
import { offering, startsAMinute } from "../act/flags.ts"
import { defaults } from "../http/flags.ts"
import * as flags from "../run/flags.ts"
import * as runFolder from "../run/runFolder.ts"

const { host } = defaults

const config = (words: Words) => ({
  run: Argument.String("RUN").pipe(
    Argument.withDescription("Run to open: an id, the beginning of one, or `latest` (default: the list of runs)"),
    Argument.optional
  ),
  ...offering(words),
  port: flags.count("port", 0, `Where to listen, at ${host}; 0 is any that is free (default: ${defaults.port})`),
  open: Flag.Boolean("open").pipe(
    Flag.withDescription("Open the page in the browser (default on a terminal); --no-open only prints its address"),
    Flag.optional
  ),
  json: flags.json
})

/** The workflow of the run that is opened, where none is named: whoever looks at one wants to go on with it. */
const workflowsFor = Effect.fnUntraced(function* (named: ReadonlyArray<string>, run: string | undefined) {
  if (named.length > 0 || run === undefined) return named
  const { module, name = "" } = (yield* runFolder.settingsToLookAt(run, { isQuiet: false })) ?? {}
  return module === undefined ? [] : [name === "" ? module : `${module}#${name}`]
})

export const studio = (words: Words) =>
  Command.make(
    "studio",
    config(words),
    Effect.fnUntraced(function* ({ json, maxUsd, open, port = defaults.port, readOnly, run: reference, ...given }) {
      // what serves is loaded where something is
      const [{ assets }, { serve }, { accessOf, allowed }, visits] = yield* Effect.promise(() =>
        Promise.all([
          import("../../internal/page/built.ts"),
          import("../serve/server.ts"),
          import("../http/access.ts"),
          import("../serve/visits.ts")
        ])
      )
      const built = yield* Effect.sync(assets)
      if (built === undefined) {
        return yield* configuration("the page was not built here", { fix: "call `npm run build` in the checkout" })
      }
      const named = Option.getOrUndefined(reference)
      const run = named === undefined ? undefined : yield* runFolder.find(named)
      const [last] = yield* runFolder.all
      const workflows = yield* workflowsFor(given.workflows, run ?? last)
      const { file, token } = yield* accessOf({ host, tokenFile: Option.none() })
      const limits = { isReadOnly: readOnly, maxUsd, starts: given.starts ?? startsAMinute }
      const visiting = visits.make(token)
      let address = ""
      const link = () => `${address}${run === undefined ? "/" : `/runs/${run}/tree`}#code=${visiting.code()}`
      const page = {
        assets: built,
        visits: visiting,
        onVisit: json
          ? Effect.void
          : Effect.suspend(() => Console.error(`the page is open; once more, or elsewhere: ${link()}`))
      }
      return yield* serve(
        { host, port, workflows, token, page, ...limits },
        Effect.fnUntraced(function* (url) {
          address = url
          if (json) return yield* Console.log(JSON.stringify({ url, page: link(), tokenFile: file }))
          yield* Console.log(link())
          yield* Console.error(`${allowed(limits)}; Ctrl-C ends it`)
          if (Option.getOrElse(open, () => output.stdout().isTerminal)) yield* inBrowser(link())
        })
      )
    })
  ).pipe(
    Command.withDescription(
      "Open a page with all runs in the browser: how each stands and goes on, its prompts, replies, costs and results, what waits for you. The page is of this machine and asks no other; its address works once, and another is printed then."
    ),
    Command.withShortDescription("Open the page with all runs in the browser"),
    Command.withExamples(({ commandPath }) => [
      { command: commandPath.join(" "), description: "All runs of this folder" },
      { command: `${commandPath.join(" ")} latest --max-usd 5`, description: "The last one; for five dollars at most" },
      { command: `${commandPath.join(" ")} --read-only --no-open`, description: "To look only; prints the address" }
    ])
  )

/** Shows an address in the browser, where there is one; whoever has none reads it. */
const inBrowser = (address: string) =>
  Effect.ignore(Effect.tryPromise(() => import("open").then(({ default: open }) => open(address))))
