import { outside } from "./outside.ts"
import type { Code } from "./reach.ts"
import type { Deed } from "./trusted.ts"

/** What settings of a run do that needs trust. */
export interface Doing {
  readonly key: string
  readonly detail: string
  readonly deed: Deed
}

/** What the settings of a run, with paths from a folder, do that needs trust where nobody here told it so. */
export const doingsOf = (
  folder: string,
  settings: Readonly<Record<string, unknown>>,
  { deeds, runs }: Code
): ReadonlyArray<Doing> => {
  const text = (key: string) => (typeof settings[key] === "string" ? settings[key] : undefined)
  const [python, prices] = [text("python"), text("prices")]
  const away = ["out", "replay", "record", "relay", "prices"].flatMap((key): ReadonlyArray<Doing> => {
    const path = text(key)
    const deed = path === undefined ? undefined : outside(key === "out" ? "workspace" : key, folder, path)
    return deed === undefined ? [] : [{ key, detail: `is outside the folder of the run: ${path}`, deed }]
  })
  const program = text("program")
  return [
    ...deeds.map((deed) => ({ key: "module", detail: `runs the code of ${runs ?? text("module")}`, deed })),
    ...(program === undefined
      ? []
      : [{ key: "program", detail: `is one of the program ${program}`, deed: ["program", program, folder] } as const]),
    ...(python === undefined
      ? []
      : [{ key: "python", detail: `runs ${python}`, deed: ["python", python, folder] } as const]),
    ...(settings["sandbox"] === "none"
      ? [{ key: "sandbox", detail: "runs tests without a sandbox", deed: ["sandbox", "none"] } as const]
      : []),
    ...(settings["install"] === true
      ? [{ key: "install", detail: "installs packages", deed: ["install", "yes"] } as const]
      : []),
    ...(prices === undefined
      ? []
      : [{ key: "prices", detail: "says what models cost", deed: ["prices", prices, folder] } as const]),
    ...away
  ]
}
