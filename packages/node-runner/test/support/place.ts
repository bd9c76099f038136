import process from "node:process"
import { Readable } from "node:stream"
import { ConfigProvider, Console, Effect, Metric } from "effect"
import { Interrupt } from "../../src/cli/base/interrupt.ts"
import * as output from "../../src/cli/base/output.ts"
import { general } from "../../src/cli/base/words.ts"
import * as commandLine from "../../src/cli/commandLine.ts"
import { Employer, type Service } from "../../src/cli/watch/employer.ts"
import { type Environment, type Finished, type Folder, folder } from "./folder.ts"

/** A folder whose commands run in the process of the test, one at a time. */
export interface Place extends Folder {
  readonly stepwright: (...args: ReadonlyArray<string>) => Promise<Finished>
  readonly start: (...args: ReadonlyArray<string>) => Started
  /** The same folder, for commands that find something else in the environment. */
  readonly withEnv: (env: Environment) => Place
  /** The same with something on standard input. */
  readonly withInput: (input: string | Uint8Array) => Place
  /** The same with a terminal for both streams. */
  readonly withTerminal: () => Place
  /** The same for commands that work for a watch. */
  readonly employedBy: (employer: Service) => Place
}

export interface Started {
  /** What was written so far. */
  readonly written: Readonly<Record<"stdout" | "stderr", string>>
  readonly ended: Promise<Finished>
}

/**
 * A module is loaded once: one that is to be loaded anew has another name, or lies in another place. No programs are
 * found, such as Python, unless `env` has the path to them.
 */
export const place = (fixtures: ReadonlyArray<string> = [], env: Environment = {}): Place =>
  placeIn(folder(fixtures), { env })

/** What a command finds where it is called. */
interface World {
  readonly env?: Environment
  readonly input?: string | Uint8Array
  readonly isTerminal?: boolean
  readonly employer?: Service
}

/** The same in a folder that is there. */
export const placeIn = (folder: Folder, world: World = {}): Place => {
  const start = (...args: ReadonlyArray<string>) => startIn(folder.path("."), world, args)
  return {
    ...folder,
    start,
    stepwright: (...args) => start(...args).ended,
    withEnv: (env) => placeIn(folder, { ...world, env }),
    withInput: (input) => placeIn(folder, { ...world, input }),
    withTerminal: () => placeIn(folder, { ...world, isTerminal: true }),
    employedBy: (employer) => placeIn(folder, { ...world, employer })
  }
}

/** Has this process be, meanwhile, as one that was started there. */
const startIn = (
  folder: string,
  { employer, env = {}, input = "", isTerminal = false }: World,
  args: ReadonlyArray<string>
): Started => {
  const { HOME, XDG_CONFIG_HOME } = process.env
  const [cwd, before, stdin] = [process.cwd(), process.env, Object.getOwnPropertyDescriptor(process, "stdin")!]
  const written = { stdout: "", stderr: "" }
  const streams = (["stdout", "stderr"] as const).map((name) => {
    const stream = process[name]
    const { isTTY, write } = stream
    stream.isTTY = isTerminal
    stream.write = (text: unknown) => (written[name] += String(text)) !== ""
    return () => Object.assign(stream, { isTTY, write })
  })
  process.chdir(folder)
  process.env = { HOME, ...(env["HOME"] === undefined && { XDG_CONFIG_HOME }), ...env }
  Object.defineProperty(process, "stdin", { configurable: true, value: Readable.from([Buffer.from(input)]) })
  const ended = run(args, employer).finally(() => {
    for (const restore of streams) restore()
    Object.defineProperty(process, "stdin", stdin)
    process.env = before
    process.chdir(cwd)
  })
  return { written, ended: ended.then((status) => ({ status, ...written })) }
}

const run = (args: ReadonlyArray<string>, employer: Service | undefined): Promise<number> =>
  commandLine.program("stepwright", general, args).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv()),
    Effect.provideService(Console.Console, output.console),
    Effect.provideService(Metric.MetricRegistry, new Map()),
    Effect.provideService(Employer, employer),
    Effect.provideService(Interrupt, {
      message: "interrupted",
      work: {},
      print: (line) => output.stderr().write(`${line}\n`)
    }),
    Effect.exit,
    Effect.map(commandLine.statusOf),
    Effect.runPromise
  )
