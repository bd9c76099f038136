import { signal } from "@preact/signals"
import type { File } from "../api/held.ts"

/** The file that the page is, where it is one: the run as it was when that was written. */
export const file = signal<File | undefined>(undefined)

/** What time it is for the page: in a file the one of which it tells. **Units** milliseconds since 1970 */
export const now = (): number => file.peek()?.at ?? Date.now()
