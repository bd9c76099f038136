import { describe } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { Workspace } from "@stepwright/core"
import { WorkspaceConformance } from "@stepwright/core/testing"
import { conforms, refuses } from "../../../../test/support/conformance.ts"

type Service = Workspace.Workspace["Service"]

const shared = (built: Context.Context<Workspace.Workspace>) => Layer.succeedContext(built)

/** The suite of a workspace in memory with something else in place of what it does. */
const changed = (change: (service: Service, files: Map<string, string>) => Partial<Service>, open = shared) =>
  WorkspaceConformance.suite(
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const built = yield* Layer.build(Workspace.layerMemory(files))
      const service = Context.get(built, Workspace.Workspace)
      return {
        layer: open(Context.make(Workspace.Workspace, { ...service, ...change(service, files) })),
        edit: (path: string, content: string) => Effect.sync(() => void files.set(path, content))
      }
    })
  )

describe("WorkspaceConformance", () => {
  describe("takes one in memory", () => {
    conforms(changed(() => ({})))
  })

  refuses({
    "drops the last file": [
      changed(({ write }, files) => ({
        write: (sources, replaced) =>
          Effect.tap(write(sources, replaced), () => {
            const last = sources.at(-1)!
            return Effect.sync(() => void (sources.length > 1 && files.delete(last.path)))
          })
      })),
      /any text as it was written, or writes nothing/
    ],
    "mends line ends": [
      changed(({ write }) => ({
        write: (sources, replaced) =>
          write(
            sources.map(({ content, path }) => ({ path, content: content.replaceAll("\r\n", "\n") })),
            replaced
          )
      })),
      /each text as it was written/
    ],
    "takes a byte order mark off": [
      changed(({ read }) => ({
        read: (path) => Effect.map(read(path), (text) => text?.replace(/^\ufeff/, ""))
      })),
      /each text as it was written/
    ],
    "writes the files before the one that it refuses": [
      changed(({ write }, files) => ({
        write: (sources, replaced) => {
          const [first] = sources
          if (first !== undefined && Workspace.refuse([first]) === undefined) files.set(first.path, first.content)
          return write(sources, replaced)
        }
      })),
      /refuses a way up, with nothing written/
    ],
    "goes where it is told": [
      changed((_, files) => ({
        write: (sources) =>
          Effect.sync(() =>
            sources.map(({ content, path }) => {
              files.set(path, content)
              return { path, outcome: "written" }
            })
          )
      })),
      /refuses git's folder, with nothing written/
    ],
    "writes over what a person changed": [
      changed(({ write }, files) => ({
        write: (sources, replaced) =>
          Effect.map(write(sources, replaced), (written) =>
            written.map((one) => {
              const source = sources.find(({ path }) => path === one.path)
              if (one.outcome !== "kept" || source === undefined) return one
              files.set(one.path, source.content)
              return { path: one.path, outcome: "written" as const }
            })
          )
      })),
      /leaves what a person changed/
    ],
    "swallows a failure": [
      changed(({ read }) => ({ read: (path) => Effect.orElseSucceed(read(path), () => undefined) })),
      /refuses to read what it would not write/
    ],
    "forgets what it wrote when it is opened again": [
      changed(
        () => ({}),
        (built) => {
          const { read } = Context.get(built, Workspace.Workspace)
          return Layer.effect(
            Workspace.Workspace,
            Effect.sync(() => {
              const own = new Set<string>()
              const { write } = Context.get(built, Workspace.Workspace)
              return {
                read,
                write: (sources, replaced) =>
                  Effect.gen(function* () {
                    const there = new Set<string>()
                    for (const { path } of sources) {
                      if (!own.has(path) && (yield* Effect.orElseSucceed(read(path), () => undefined)) !== undefined)
                        there.add(path)
                      own.add(path)
                    }
                    const beside = sources.map(({ content, path }) =>
                      there.has(path) ? { path: Workspace.besides(path, 1), content } : { path, content }
                    )
                    return yield* write(beside, replaced)
                  })
              }
            })
          )
        }
      ),
      /knows what it wrote when it is opened again/
    ],
    "removes nothing": [
      changed(({ write }) => ({ write: (sources) => write(sources) })),
      /takes the place of what it replaces/
    ]
  })
})
