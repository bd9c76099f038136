import * as module from "node:module"

let registered = false

const ours = /^(effect|@stepwright\/[^/]+|@effect\/platform-node)(\/|$)/

/**
 * Lets a module that lies outside any `node_modules` import effect and Stepwright: what it cannot resolve by itself is
 * resolved as this package resolves it.
 */
export const installFallback = (): void => {
  if (registered) return
  registered = true
  module.registerHooks({
    resolve: (specifier, context, next) => {
      if (!ours.test(specifier)) return next(specifier, context)
      try {
        return next(specifier, context)
      } catch (error) {
        try {
          // for `require` the parent is none that could be replaced
          return context.conditions.includes("require")
            ? { url: import.meta.resolve(specifier), shortCircuit: true }
            : next(specifier, { ...context, parentURL: import.meta.url })
        } catch {
          throw error
        }
      }
    }
  })
}
