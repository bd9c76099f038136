// A place where runs are kept: what all that shows runs and works with them needs of it. What a run consists of is in its
// journal, whose claims are those of the place.

import type * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import type { Answer, JournalError, Request, Service } from "@stepwright/core/Journal"
import type * as Workflow from "@stepwright/core/Workflow"
import type { Repaired } from "../../../NodeJournal.ts"
import type { CliError } from "../../base/cliError.ts"

/** What is seen of a run without a look into it. */
export interface Glance {
  readonly run: string
  /** When it was written to last, 0 where that cannot be told. **Units** milliseconds */
  readonly written: number
  /** Another text for each state of its journal; `undefined` where that cannot be looked at. */
  readonly version: string | undefined
  /** Whether somebody works on it, where that is seen at a glance; else `isLive` tells. */
  readonly isLive?: boolean
  /** When somebody can have taken it or left it last, for `isFree`. **Units** milliseconds */
  readonly touched?: number
  /** Who works on it and how it stands there, where that is a cluster. */
  readonly cluster?: OnCluster
}

/** A run of a cluster: its worker, whether it waits for one, and why it could not be worked on when one tried. */
export interface OnCluster {
  readonly worker: string | null
  readonly isQueued: boolean
  readonly note: string | null
}

/** An event of a run as it is kept. */
export interface Kept {
  readonly json: string
  /** Eight hexadecimal digits, which another event in its place has not. */
  readonly checksum: string
}

export interface Read {
  /** What came since it was read before. */
  readonly events: ReadonlyArray<Kept>
  /** Whether what was read before holds no more, so that these are all its events. */
  readonly isAnew: boolean
  /** Whether somebody worked on it before these were read: whoever has left has written all of them. */
  readonly isLive: boolean
  /** Reads on from here; `undefined` where it cannot be read now. */
  readonly next: Effect.Effect<Read | undefined>
}

export interface RunStore {
  /** Where that is, in words: a folder, the address of a database without its password. */
  readonly where: Effect.Effect<string>
  /** All runs as they look from outside, the one that was written to last first. */
  readonly glances: Effect.Effect<ReadonlyArray<Glance>, CliError>
  /** One of them; `undefined` for a run that is not kept here. */
  readonly glance: (run: string) => Effect.Effect<Glance | undefined, JournalError>
  /** Whether nobody works on a run, nor can before it is touched again. */
  readonly isFree: (run: string) => Effect.Effect<boolean>
  /** Whether somebody works on it now. */
  readonly isLive: (run: string) => Effect.Effect<boolean, JournalError>
  /** A journal that gives back what it has claimed when its scope ends. */
  readonly journal: Effect.Effect<Service, never, Scope.Scope>
  /** Refuses a place that cannot be written to now. */
  readonly check: Effect.Effect<void, CliError, FileSystem.FileSystem | Path.Path>
  /** Asks whoever works on a run; `undefined` where nobody does, so that who asks can do it. */
  readonly ask: (run: string, request: Request) => Effect.Effect<Answer | undefined, JournalError>
  /** What commands keep of a run besides its journal, as a text. Who trusts it is none of the place's. */
  readonly settings: {
    /** Where they are: a file from the working folder, or an address, `SCHEME://...`, which no other text has. */
    readonly place: (run: string) => Effect.Effect<string>
    /** `undefined` where none are kept. */
    readonly read: (run: string) => Effect.Effect<string | undefined, CliError>
    /** Replaces them as a whole or not at all. */
    readonly write: (run: string, text: string) => Effect.Effect<void, CliError, FileSystem.FileSystem>
  }
  /** Reads the events of a run from the beginning; `undefined` where it cannot be read now. */
  readonly read: (run: string) => Effect.Effect<Read | undefined>
  /** The prompts and replies that a run has by now, by their hashes, read at once. */
  readonly texts: (run: string) => Effect.Effect<(hash: string) => string | undefined, CliError | JournalError>
  /** Removes a run with all that is kept of it. **Fails with** `Locked` while somebody works on it. */
  readonly remove: (run: string) => Effect.Effect<void, JournalError>
  /** Hands a run that nobody works on to those who work on runs of this place, where it is not whoever asks. */
  readonly handOver?: (run: string, workflow: Workflow.Any, build?: string) => Effect.Effect<void, JournalError>
  /** Drops what is damaged of a run, where that can be. */
  readonly repair?: (run: string) => Effect.Effect<Repaired, JournalError>
}
