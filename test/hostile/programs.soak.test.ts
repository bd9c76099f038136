import { hostileIn } from "./inSandbox.ts"

hostileIn("bubblewrap with pytest")
hostileIn("pyodide")
