import fs from "node:fs"
import * as module from "node:module"
import process from "node:process"
import { fileURLToPath, pathToFileURL } from "node:url"

/** What was noted so far. */
export interface Record {
  readonly files: Set<string>
  isLoading: boolean
}

const key = Symbol.for("@stepwright/node-runner/watch/record")

/** That of this process; a module may be there twice, as source of a program and as what a command line is made of. */
export const record: Record = ((globalThis as { [key]?: Record })[key] ??= { files: new Set(), isLoading: true })

/** The packages of this command line, where they are no packages of the user's. */
const own = new URL("../../../..", import.meta.url).href

/** What is no file of a project: packages, and what the system tells. */
const passing = /\/node_modules\/|^file:\/\/\/(?:proc|sys|dev)\//u

const add = (url: string) => {
  if (!url.startsWith("file:") || passing.test(url) || url.startsWith(own)) return
  record.files.add(fileURLToPath(url))
}

const addFile = (file: unknown) => {
  if (!record.isLoading || (typeof file !== "string" && !(file instanceof URL))) return
  add(typeof file === "string" ? pathToFileURL(file).href : file.href)
}

/** Makes a function that reads a file note that it does. */
const noting = <F extends (...args: ReadonlyArray<never>) => unknown>(read: F): F =>
  // the same function, called by whoever calls it
  new Proxy(read, {
    apply: (target, self, args) => {
      addFile(args[0])
      return Reflect.apply(target, self, args)
    }
  })

/** From now on the modules that are loaded are noted, but for those of packages, and what they read meanwhile. */
export const begin = (): void => {
  module.registerHooks({
    resolve: (specifier, context, next) => {
      try {
        const found = next(specifier, context)
        add(found.url)
        // where a link is
        const named = /^\.{0,2}\//u.test(specifier) ? URL.parse(specifier, context.parentURL)?.href : undefined
        if (named !== undefined && named !== found.url) add(named)
        return found
      } catch (error) {
        // a module that is not there may come
        if (error instanceof Error && "url" in error && typeof error.url === "string") add(error.url)
        throw error
      }
    }
  })
  // a module may end the process, or be none
  process.on("exit", () => process.send?.({ _tag: "Left", files: [...record.files] }))
  fs.readFileSync = noting(fs.readFileSync)
  fs.readFile = noting(fs.readFile)
  fs.promises.readFile = noting(fs.promises.readFile)
  module.syncBuiltinESMExports()
}
