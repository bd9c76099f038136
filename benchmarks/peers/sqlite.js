// As much of better-sqlite3 as LangGraph's saver calls, on Node's own sqlite, which nothing has to be compiled for.
import { DatabaseSync } from "node:sqlite"

export const open = (file) => {
  const database = new DatabaseSync(file)
  // what better-sqlite3 is compiled with: a commit to the write-ahead log is not flushed
  database.exec("PRAGMA synchronous = NORMAL")
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      const withNulls = (args) => args.map((value) => value ?? null)
      return {
        run: (...args) => statement.run(...withNulls(args)),
        get: (...args) => statement.get(...withNulls(args)),
        all: (...args) => statement.all(...withNulls(args))
      }
    },
    pragma: (text) => database.prepare(`PRAGMA ${text}`).all(),
    transaction:
      (work) =>
      (...args) => {
        database.exec("BEGIN")
        const result = work(...args)
        database.exec("COMMIT")
        return result
      },
    close: () => database.close()
  }
}
