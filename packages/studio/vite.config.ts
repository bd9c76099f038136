import { build, defineConfig, type InlineConfig, type Plugin } from "vite"

/** What is built of the sources, whatever it is for. */
const common = {
  root: import.meta.dirname,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } }
} satisfies InlineConfig

/** A page in one file, of which `export --html` makes one for each run: all code in one script, and the styles. */
const asFile: Plugin = {
  name: "as-file",
  apply: "build",
  closeBundle: async () => {
    await build({
      ...common,
      configFile: false,
      logLevel: "warn",
      build: {
        outDir: "dist/page/file",
        target: "es2023",
        reportCompressedSize: false,
        lib: { entry: "src/file.ts", formats: ["iife"], name: "page", fileName: () => "page.js", cssFileName: "page" }
      }
    })
  }
}

export default defineConfig({
  ...common,
  plugins: [asFile],
  // what is built stands at the root of the server; every path below it that is no file is the page
  base: "/",
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2023",
    // a polyfill, and data in place of files, are what a strict policy refuses
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false
  }
})
