import type { Place } from "./yamlText.ts"

/** The order in which problems stand in a file. */
export const byPlace = (a: Place, b: Place): number => a.line - b.line || a.column - b.column
