import { main } from "./internal/commandLine.ts"

main("stepwright")
