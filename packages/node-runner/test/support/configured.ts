import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { ConfigProvider, Effect, Layer } from "effect"
import { inFolder } from "./commandLine.ts"

/** Writes files below the working folder, with the folders that they are in. */
export const write = (files: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(name), { recursive: true })
    writeFileSync(name, text)
  }
}

const environment = () =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  )

/** In a folder with these files, as a person with these settings of their own, and with variables. */
export const inProject = <A, E, R>(
  files: Readonly<Record<string, string>>,
  work: Effect.Effect<A, E, R>,
  { env = {}, user }: { readonly env?: Readonly<Record<string, string>>; readonly user?: string } = {}
) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const home = realpathSync(mkdtempSync(join(tmpdir(), "stepwright-home-")))
      if (user !== undefined) write({ [join(home, "stepwright/config.yaml")]: user })
      const variables = { XDG_CONFIG_HOME: home, ...env }
      const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
      Object.assign(process.env, variables)
      return { before, home }
    }),
    () =>
      Effect.andThen(
        Effect.sync(() => write(files)),
        work
      ).pipe(
        inFolder,
        // another one has the environment as it was when it was first asked
        Effect.provide(
          Layer.suspend(() => ConfigProvider.layer(ConfigProvider.fromEnv({ env: { ...environment(), ...env } })))
        )
      ),
    ({ before, home }) =>
      Effect.sync(() => {
        for (const [name, value] of before) {
          if (value === undefined) delete process.env[name]
          else process.env[name] = value
        }
        rmSync(home, { recursive: true })
      })
  )
