import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, lutimesSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { symlinkSync, truncateSync, unlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { ResultCache } from "@stepwright/core"
import { NodeResultCache } from "@stepwright/node-runner"
import { fileOf } from "../../../src/internal/cache/entryFile.ts"

const key: ResultCache.Key = { question: "q", ordinal: 0 }
const entry: ResultCache.Entry = { output: "o", by: "model", run: "r", path: "a", usage: {}, startedAt: 1, at: 2 }
const [shard = "", file = ""] = fileOf(key).split("/")

/** What somebody has beside a cache, all of it old: folders, files, and names as a cache has them. */
const fill = (folder: string) => {
  const stem = "0".repeat(38)
  mkdirSync(join(folder, "project/src"), { recursive: true })
  mkdirSync(join(folder, `00${stem}.0/kept`), { recursive: true })
  mkdirSync(join(folder, `ff/${stem}.7`), { recursive: true })
  for (const name of ["project/src/main.py", `ff/${stem}`, `00${stem}.0/kept/file`, "notes.txt", "claim.1"]) {
    writeFileSync(join(folder, name), "mine")
  }
}

const below = (folder: string) => readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()

const age = (folder: string) => {
  for (const name of below(folder)) lutimesSync(join(folder, name), 1, 1)
}

const link = (to: string, path: string) => symlinkSync(to, path)

/** Where a cache is told to be, what is made there beforehand, and what is said of it. */
const places: ReadonlyArray<{
  readonly of: string
  readonly cache?: string
  readonly make: (root: string) => void
  readonly puts?: RegExp
  readonly trims?: RegExp
}> = [
  {
    of: "is a link",
    make: (root) => link("theirs", join(root, "cache")),
    puts: /cache is a link, and a cache follows none$/,
    trims: /cache is a link, and a cache follows none$/
  },
  {
    of: "has a link for its claims",
    make: (root) => {
      mkdirSync(join(root, "cache"))
      link("../theirs", join(root, "cache/claims"))
    },
    trims: /cache\/claims is a link/
  },
  {
    of: "has a link for a claim",
    make: (root) => {
      mkdirSync(join(root, "cache/claims"), { recursive: true })
      link("../../theirs", join(root, `cache/claims/${shard}${file}`))
    }
  },
  {
    of: "has a link for entries",
    make: (root) => {
      mkdirSync(join(root, "cache"))
      link("../theirs/ff", join(root, `cache/${shard}`))
    },
    puts: new RegExp(`cache/${shard} is a link`),
    trims: new RegExp(`cache/${shard} is a link`)
  },
  {
    of: "is what git has",
    cache: "theirs",
    make: (root) => mkdirSync(join(root, "theirs/pack")),
    puts: /theirs holds .*, and is no cache: give it a folder of its own$/,
    trims: /theirs holds .*, and is no cache/
  },
  {
    of: "is somebody's project, with claims of another kind",
    cache: "theirs",
    make: (root) => mkdirSync(join(root, "theirs/claims/2026"), { recursive: true }),
    puts: /and is no cache/,
    trims: /and is no cache/
  },
  {
    of: "has a folder in the place of an entry, and what is no entry",
    make: (root) => {
      fill(join(root, "cache/claims"))
      mkdirSync(join(root, "cache/00/sub"), { recursive: true })
      mkdirSync(join(root, `cache/ff/${"0".repeat(38)}.1`), { recursive: true })
      writeFileSync(join(root, "cache/00/mine"), "mine")
      age(join(root, "cache"))
    }
  }
]

const inFolder = <A, E>(use: (root: string) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const root = mkdtempSync(join(tmpdir(), "stepwright-"))
      fill(join(root, "theirs"))
      return root
    }),
    use,
    (root) => Effect.sync(() => rmSync(root, { recursive: true }))
  )

const using = <A, E>(directory: string, use: (cache: ResultCache.Service) => Effect.Effect<A, E>) =>
  Effect.flatMap(ResultCache.ResultCache, use).pipe(Effect.provide(NodeResultCache.layer({ directory })))

const said = (result: Result.Result<unknown, ResultCache.ResultCacheError>, expected: RegExp | undefined) => {
  const message = Result.isFailure(result) ? result.failure.message : undefined
  if (expected === undefined) assert.isUndefined(message)
  else assert.match(String(message), expected)
}

describe("a cache", () => {
  for (const { cache = "cache", make, of, puts, trims } of places) {
    it.live(`touches nothing of somebody's where it ${of}`, () =>
      inFolder((root) =>
        Effect.gen(function* () {
          make(root)
          age(join(root, "theirs"))
          const directory = join(root, cache)
          const before = below(root)
          said(yield* Effect.result(using(directory, (cache) => cache.put(key, entry))), puts)
          yield* Effect.ignore(using(directory, (cache) => Effect.scoped(cache.claim(key))))
          said(yield* Effect.result(NodeResultCache.trim(directory, { limit: 0 })), trims)
          assert.deepStrictEqual(
            before.filter((name) => !below(root).includes(name)),
            []
          )
          assert.deepStrictEqual(
            below(root).filter((name) => name.startsWith("theirs/") && !before.includes(name)),
            []
          )
        })
      )
    )
  }

  it.live("says what its folder is, and is one with other files beside from then on", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const directory = join(root, "cache")
        yield* using(directory, (cache) => cache.put(key, entry))
        writeFileSync(join(directory, ".gitignore"), "*")
        assert.strictEqual((yield* using(directory, (cache) => cache.get(key)))?.output, "o")
        unlinkSync(join(directory, "CACHEDIR.TAG"))
        said(yield* Effect.result(using(directory, (cache) => cache.get(key))), /holds \.gitignore, and is no cache/)
        // one that was made before there was anything that says so
        unlinkSync(join(directory, ".gitignore"))
        assert.strictEqual((yield* using(directory, (cache) => cache.get(key)))?.output, "o")
        assert.strictEqual((yield* NodeResultCache.trim(directory, { limit: 0 })).removed.entries, 1)
        assert.isFalse(existsSync(join(directory, fileOf(key))))
      })
    )
  )

  it.live("removes the claims of killed processes, and the parts of these", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const directory = join(root, "cache")
        const claim = join(directory, `claims/${createHash("sha1").update("q").digest("hex")}.0`)
        mkdirSync(claim, { recursive: true })
        for (const name of ["claim.3.ended", "claim.2", ".claim.4.1234567890.part", ".claim.1234567890.part"]) {
          writeFileSync(join(claim, name), "")
        }
        age(directory)
        assert.deepStrictEqual((yield* NodeResultCache.trim(directory, { dryRun: true })).leftovers, [claim])
        assert.deepStrictEqual((yield* NodeResultCache.trim(directory)).leftovers, [claim])
        assert.deepStrictEqual(readdirSync(join(directory, "claims")), [])
      })
    )
  )

  const entries = [
    { of: "a pipe", make: (path: string) => void spawnSync("sh", ["-c", `mkfifo "${path}"`]) },
    { of: "a link to what has no end", make: (path: string) => link("/dev/zero", path) },
    {
      of: "larger than any",
      make: (path: string) => {
        writeFileSync(path, "")
        truncateSync(path, 1e12)
      }
    }
  ]
  for (const { make, of } of entries) {
    it.live(`has no entry where one is ${of}`, () =>
      inFolder((root) =>
        Effect.gen(function* () {
          const directory = join(root, "cache")
          mkdirSync(join(directory, shard), { recursive: true })
          make(join(directory, fileOf(key)))
          yield* using(directory, (cache) =>
            Effect.gen(function* () {
              assert.deepStrictEqual(yield* cache.look("q"), [])
              assert.isUndefined(yield* cache.get(key))
              yield* cache.put(key, entry)
              assert.strictEqual((yield* cache.get(key))?.output, "o")
            })
          )
        })
      )
    )
  }
})
