import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import * as connect from "../../../src/cli/cluster/connect.ts"

const placed = (env: Readonly<Record<string, string>>) =>
  Effect.provideService(connect.place, ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(env))

describe("connect", () => {
  it.effect("knows a cluster by one variable alone, whatever others say of a database", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* placed({ PGHOST: "db", PGDATABASE: "runs", DATABASE_URL: "postgres://db" }))
      assert.isUndefined(yield* placed({ STEPWRIGHT_DATABASE_URL: " " }))
    })
  )

  it.effect("shows neither user nor password, and takes what an address leaves out from elsewhere", () =>
    Effect.gen(function* () {
      const full = yield* placed({
        STEPWRIGHT_DATABASE_URL: "postgres://me:secret@db.example:6543/runs?sslmode=require",
        PGHOST: "other",
        PGPASSWORD: "no",
        PGSSLMODE: "disable"
      })
      assert.strictEqual(full!.text, "postgres://db.example:6543/runs")
      assert.deepStrictEqual(Object.keys(full!.options), ["url", "connectTimeout"])
      const bare = yield* placed({
        STEPWRIGHT_DATABASE_URL: "postgres://",
        PGHOST: "db",
        PGPORT: "6000",
        PGUSER: "me",
        PGPASSWORD: "secret",
        PGDATABASE: "runs",
        PGSSLMODE: "require"
      })
      const { connectTimeout: _, password, url, ...others } = bare!.options
      assert.strictEqual(bare!.text, "postgres://db:6000/runs")
      assert.deepStrictEqual(others, { host: "db", port: 6000, username: "me", database: "runs" })
      assert.strictEqual(Redacted.value(password as Redacted.Redacted), "secret")
      assert.include(Redacted.value(url!), "sslmode=require")
    })
  )

  it.effect("refuses what is no address of PostgreSQL, and does not repeat it", () =>
    Effect.gen(function* () {
      for (const said of ["mysql://me:secret@db/runs", "me:secret@db", "postgres://me:secret@db:port/runs"]) {
        const { kind, message } = yield* Effect.flip(placed({ STEPWRIGHT_DATABASE_URL: said }))
        assert.strictEqual(kind, "configuration")
        assert.notInclude(message, "secret")
        assert.include(message, "is no address of PostgreSQL")
      }
    })
  )

  it.effect("says what to install where the packages are not there", () =>
    Effect.gen(function* () {
      const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" })
      const { kind, message } = yield* Effect.flip(connect.packages(() => Promise.reject(missing)))
      assert.strictEqual(kind, "configuration")
      assert.include(message, "npm install @stepwright/cluster @effect/sql-pg")
    })
  )

  it.live("says which database cannot be reached, and why", () =>
    Effect.gen(function* () {
      // a port that nobody listens at any more
      const port = yield* Effect.callback<number>((resume) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          server.close(() => resume(Effect.succeed(port)))
        })
      })
      const place = yield* placed({
        STEPWRIGHT_DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/runs?connect_timeout=1`
      })
      const { kind, message } = yield* Effect.flip(Effect.scoped(Layer.build(connect.layer(place!))))
      assert.strictEqual(kind, "configuration")
      assert.match(message, /^the database postgres:\/\/127\.0\.0\.1:\d+\/runs cannot be used: .*ECONNREFUSED/u)
      assert.notInclude(message, "secret")
    })
  )
})
