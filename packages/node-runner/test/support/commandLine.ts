import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { type Cause, ConfigProvider, Console, Context, Effect, Exit } from "effect"
import { general } from "../../src/cli/base/words.ts"
import { Bound, type Loaded } from "../../src/cli/module/workflowModule.ts"
import * as commandLine from "../../src/cli/commandLine.ts"

export interface Called {
  readonly status: number
  /** What was printed on standard output and on standard error, without the progress of runs. */
  readonly out: string
  readonly err: string
  readonly cause: Cause.Cause<unknown> | undefined
}

/** Whether commands find Python and what keeps it apart: to look for them takes longer than all else that most do. */
const HasPrograms = Context.Reference("test/HasPrograms", { defaultValue: () => false })
export const withPrograms = Effect.provideService(HasPrograms, true)

/** The same variables, but for the folders of programs. */
const withoutPath = ({ load }: ConfigProvider.ConfigProvider) =>
  ConfigProvider.make((path) => (path.join() === "PATH" ? Effect.undefined : load(path)))

/** Calls the command line in this process; `bound` is the workflow of a program of its own. */
export const call = (args: ReadonlyArray<string>, bound?: Loaded): Effect.Effect<Called> =>
  Effect.suspend(() => {
    const out: Array<string> = []
    const err: Array<string> = []
    const console = {
      ...globalThis.console,
      log: (text: string) => void out.push(`${text}\n`),
      error: (text: string) => void err.push(`${text}\n`)
    }
    return Effect.all([ConfigProvider.ConfigProvider, HasPrograms]).pipe(
      Effect.flatMap(([variables, hasPrograms]) =>
        Effect.provideService(
          commandLine.program("stepwright", general, args),
          ConfigProvider.ConfigProvider,
          hasPrograms ? variables : withoutPath(variables)
        )
      ),
      Effect.provideService(Bound, bound),
      Effect.provideService(Console.Console, console),
      Effect.exit,
      Effect.map((exit) => ({
        status: commandLine.statusOf(exit),
        out: out.join(""),
        err: err.join(""),
        cause: Exit.isFailure(exit) ? exit.cause : undefined
      }))
    )
  })

/** Runs a workflow for a document of no account; gives the id of the run. */
export const startedWith = (bound: Loaded): Effect.Effect<string> =>
  Effect.suspend(() => {
    writeFileSync("doc.md", "Say it.")
    return Effect.map(call(["run", "doc.md", "--json"], bound), ({ out }) => {
      const { run }: { readonly run: string } = JSON.parse(out)
      return run
    })
  })

/** In a folder of its own, which is the working folder meanwhile. */
export const inFolder = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = process.cwd()
      const folder = mkdtempSync(join(tmpdir(), "stepwright-"))
      process.chdir(folder)
      return { before, folder }
    }),
    () => work,
    ({ before, folder }) =>
      Effect.sync(() => {
        process.chdir(before)
        rmSync(folder, { recursive: true })
      })
  )
