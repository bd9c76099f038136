import type * as Effect from "effect/Effect"
import type * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"
import type { Problem } from "../file/jsonText.ts"
import type { Name } from "./name.ts"
import type { Entry } from "./recorded.ts"

/** A cassette that cannot be read or written; `detail` says where and why. */
export class CassetteError extends Schema.TaggedError<CassetteError>()("CassetteError", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `cassette ${this.file}: ${this.detail}`
  }
}

/** Where the replies of a cassette are. */
export interface Replies {
  readonly list: Effect.Effect<ReadonlyArray<Name>, CassetteError>
  /** `undefined` where there is none of that name. **Fails with** CassetteError, where it is damaged. */
  readonly read: (file: string) => Effect.Effect<Entry | undefined, CassetteError>
  /** Absent where nothing can be changed. */
  readonly writer?: Writer
}

/** A file as it is, whatever it is, and when it was written, by the clock of the disk. **Units** milliseconds. */
export interface Seen {
  readonly text: string
  readonly time: number
}

export interface Writer {
  readonly look: (file: string) => Effect.Effect<Seen | undefined, CassetteError>
  /** A time of the disk that is not before anything written so far, and before all that is written later. */
  readonly now: Effect.Effect<number, CassetteError>
  /** Writes what is new under the first number from the given one that nobody has, and gives that. */
  readonly add: (stem: string, from: number, text: string) => Effect.Effect<number, CassetteError>
  /** Replaces a file that still has the text which is known of it; `false` where another writer was there before. */
  readonly replace: (file: string, known: string, text: string) => Effect.Effect<boolean, CassetteError>
  readonly remove: (file: string) => Effect.Effect<void, CassetteError>
  /** Removes what writers that ended on the way have left. */
  readonly sweep: Effect.Effect<void, CassetteError>
}

/** The error of a file that cannot be read or written. */
export const unusable = (file: string) => (error: PlatformError.PlatformError) =>
  new CassetteError({ file, detail: error.message })

/** What to do about a file of a folder that is no reply any more. */
export const recordAnew =
  "mend it, or delete it and record anew what it lacks: Cassette.layerAuto, on the command line --replay DIR --record DIR"

/** The error of a file whose text is not what it should be. */
export const unfit = (file: string) => (problems: ReadonlyArray<Problem>) =>
  new CassetteError({
    file,
    detail: problems.map(({ line, column, detail }) => `${detail} (${file}:${line}:${column})`).join(";\n  ")
  })
