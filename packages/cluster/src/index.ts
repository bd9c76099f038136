export * as SqlJournal from "./SqlJournal.ts"
