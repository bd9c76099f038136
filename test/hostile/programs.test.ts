import { hostileIn } from "./inSandbox.ts"

hostileIn("bubblewrap")
