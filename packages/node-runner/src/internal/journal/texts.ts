import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import { JournalError } from "@stepwright/core/Journal"
import * as journalFile from "./journalFile.ts"
import * as oldTexts from "./oldTexts.ts"

/** The prompts and replies that a run has by now, by hash: its file is read once, whoever writes to it. */
export const read = Effect.fnUntraced(function* (run: string, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const file = `${folder}/${journalFile.name}`
  const bytes = yield* fs.readFile(file)
  const checked = journalFile.check(run, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (Result.isFailure(checked)) {
    const { detail, line, reason } = checked.failure
    return yield* new JournalError({ run, reason, detail: `${file}:${line}: ${detail}` })
  }
  const old = yield* oldTexts.read(folder)
  return (hash: string): string | undefined => journalFile.text(checked.success, hash) ?? old.get(hash)
})
