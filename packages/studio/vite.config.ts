import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
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
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } }
})
