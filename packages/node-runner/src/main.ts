import { main } from "./cli/commandLine.ts"

main("stepwright")
